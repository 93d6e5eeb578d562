// What is wrong with a form's values, in sentences that begin with the field's label.
//
// The framework checks the same, in words of its own that no setting can change: "Field Name is
// required", "Field  is not an integer".

// The name of a stanza that the framework and splunkd refuse.
const RESERVED = /^(?:default|\.{1,2})$|^_|[*\\[\]()?:]/i;

const INDEX = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

const isEmpty = (value) => value === undefined || value === null || value === "";

function broken(validator, value) {
  const text = String(value);
  switch (validator.type) {
    case "string":
      return text.length < validator.minLength || text.length > validator.maxLength;
    case "regex":
      return !new RegExp(validator.pattern).test(text);
    case "number": {
      const number = Number(text);
      const [low, high] = validator.range;
      return !(number >= low && number <= high) || (validator.isInteger && number % 1 !== 0);
    }
    case "index_name":
      return !INDEX.test(text);
    default:
      return false;
  }
}

function problemOf(entity, value) {
  const { field, label, required, validators = [] } = entity;
  if (isEmpty(value)) return required ? `${label}: this field is required.` : "";
  const wrong = validators.find((validator) => broken(validator, value));
  if (wrong?.type === "index_name") {
    return (
      `${label}: '${value}' is not the name of an index. A name has letters, digits, _ and -, and ` +
      "starts with a letter or digit."
    );
  }
  if (wrong?.errorMsg) return wrong.errorMsg;
  if (field === "name" && RESERVED.test(value)) {
    return `${label}: '${value}' cannot be a name. Choose another.`;
  }
  return "";
}

// The first field that is wrong, and why; null if none is. `shown(field)`: whether it is on the form.
export function firstProblem(entities, values, shown) {
  for (const entity of entities.filter(({ field }) => shown(field))) {
    const text = problemOf(entity, values[entity.field]);
    if (text) return { field: entity.field, text };
  }
  return null;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// The fields whose label is in a message, in the message's order. At the beginning of a sentence a label
// counts if a colon or a bracket follows: "To reset the position, …" is not about the field To.
export function fieldsIn(entities, message) {
  const found = entities.map(({ field, label = "" }) => {
    const name = escaped(label);
    const begins = `(?:^|[.!?] )${name}(?=:| \\()`;
    const within = `(?<=[^.!?] |['"])${name}(?![\\w])`;
    return { field, at: label ? message.search(new RegExp(`${begins}|${within}`)) : -1 };
  });
  const named = found.filter(({ at }) => at >= 0).sort((one, other) => one.at - other.at);
  return named.map(({ field }) => field);
}
