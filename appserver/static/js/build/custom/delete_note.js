// Adds to the dialog that deletes an input what becomes of its position and its events.
//
// The framework has no text of ours there. Without this, the dialog is the framework's own.

const NOTE =
  "Its position is deleted too: an input of the same name starts anew. " +
  "Events that are indexed stay in the index.";

function tell() {
  const question = document.querySelector(".deletePrompt p:last-of-type");
  if (!question || question.dataset.told) return;
  question.dataset.told = "yes";
  const note = document.createElement("p");
  note.dataset.told = "yes";
  note.textContent = NOTE;
  question.after(note);
}

new MutationObserver(tell).observe(document.body, { childList: true, subtree: true });
