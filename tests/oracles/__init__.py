"""What is right, known without the product: a second decoder, golden cases, models, a search."""
