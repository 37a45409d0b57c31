// What deciding does, in words: the question of a suspicion and the two answers.

import { className, labelOf, otherOf, ownClass } from "./data.js";
import { resultOf } from "./state.js";

const kinds = {
  missing: (_, name) => ({ question: `Is there a ${name} without a label?`, yes: "Add this box", no: "Add nothing" }),
  spurious: (_, name) => ({ question: `Is there no ${name} here?`, yes: "Delete this box", no: "Keep it" }),
  shifted: (_, name) => ({
    question: `Does the dashed box fit the ${name} better?`,
    yes: "Move it",
    no: "Keep it here",
  }),
  class: (suspicion, name) => {
    const row = resultOf(suspicion);
    const other = row ? className(row[0]) : "another class";
    return { question: `Is this a ${other}, not a ${name}?`, yes: `Change to ${other}`, no: `Keep ${name}` };
  },
  duplicate: (suspicion, name) => {
    const other = otherOf(suspicion);
    const where = other ? `row ${other[0]}` : "another row";
    return { question: `Is this the same ${name} as ${where}?`, yes: "Delete this one", no: "Keep both" };
  },
  untrainable: (_, name) => ({
    question: `No anchor reaches this ${name}: is the box wrong?`,
    yes: "Delete this box",
    no: "Keep it",
  }),
  image: () => ({ question: "Is something wrong with this image?", yes: "It is wrong", no: "It is fine" }),
  check: () => ({ question: "Is everything right here?", yes: "Yes, all right", no: "No, something is wrong" }),
};

/** The question that a suspicion asks, and what each answer does. */
export function wordsOf(suspicion) {
  const id = ownClass(suspicion);
  const words = kinds[suspicion.kind](suspicion, id === null ? "object" : className(id));
  const row = resultOf(suspicion);
  const own = labelOf(suspicion);
  // What a person has drawn or chosen says more than the kind.
  if (own && row && suspicion.kind !== "shifted" && suspicion.kind !== "class") return { ...words, yes: "Change it" };
  if (own && !row && suspicion.kind !== "check")
    return { ...words, yes: words.yes.replace(/^(Move|Change).*/, "Delete") };
  return words;
}

/** What a decision says of a suspicion. */
export function verdictOf(suspicion, decision) {
  if (!decision) return "not decided yet";
  if (decision.decision === "unsure") return "decided: not sure";
  const words = wordsOf(suspicion);
  const isYes = (decision.decision === "accept") !== (suspicion.kind === "check");
  return `decided: ${isYes ? words.yes : words.no}`;
}
