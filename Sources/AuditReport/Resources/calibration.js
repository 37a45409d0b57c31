// Probabilities in the light of decisions: logit p' = a·logit p + b + b_kind, drawn to where nothing changes by a normal prior.
// ProbabilityCalibration.swift computes the same; a test compares both.

/** Standard deviations of the prior: of a, of b, and of each b_kind. */
const [slopeSpread, shiftSpread, kindSpread] = [0.5, 1, 2];
/** Logits beyond this say nothing more. */
const farthest = 8;
const steps = 60;
const kinds = ["missing", "spurious", "shifted", "class", "duplicate", "untrainable", "image", "check"];
const prior = [slopeSpread, shiftSpread, ...kinds.map(() => kindSpread)];

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

function plainLogit(p) {
  const logit = Math.log(Math.max(p, 1e-300) / Math.max(1 - p, 1e-300));
  return Math.min(Math.max(logit, -farthest), farthest);
}

/** What the parameters a − 1, b and b_kind are multiplied by, where that is not 0: `[[index, value]]`. */
function placeOf(p, kind) {
  const own = kinds.indexOf(kind);
  const x = [
    [0, plainLogit(p)],
    [1, 1],
  ];
  if (own >= 0) x.push([2 + own, 1]);
  return x;
}

function logitOf(x, parameters) {
  let sum = x[0][1];
  for (const [index, value] of x) sum += parameters[index] * value;
  return sum;
}

/** The lower triangle L of a positive definite matrix L·Lᵀ. */
function cholesky(matrix) {
  const lower = matrix.map((row) => row.map(() => 0));
  for (const [row, values] of matrix.entries()) {
    for (let column = 0; column <= row; column++) {
      let rest = values[column];
      for (let k = 0; k < column; k++) rest -= lower[row][k] * lower[column][k];
      lower[row][column] = row === column ? Math.sqrt(Math.max(rest, 1e-12)) : rest / lower[column][column];
    }
  }
  return lower;
}

/** x of L·Lᵀ·x = b. */
function solved(lower, b) {
  const x = b.slice();
  for (let row = 0; row < x.length; row++) {
    for (let k = 0; k < row; k++) x[row] -= lower[row][k] * x[k];
    x[row] /= lower[row][row];
  }
  for (let row = x.length - 1; row >= 0; row--) {
    for (let k = row + 1; k < x.length; k++) x[row] -= lower[k][row] * x[k];
    x[row] /= lower[row][row];
  }
  return x;
}

/** A step of Newton's method from the parameters, and the curvature there. */
function newton(decided, parameters) {
  const precision = prior.map((spread, row) => prior.map((_, column) => (row === column ? 1 / (spread * spread) : 0)));
  const slope = prior.map((spread, index) => -parameters[index] / (spread * spread));
  for (const [probability, kind, isWrong] of decided) {
    const x = placeOf(probability, kind);
    const p = sigmoid(logitOf(x, parameters));
    for (const [row, value] of x) {
      slope[row] += ((isWrong ? 1 : 0) - p) * value;
      for (const [column, other] of x) precision[row][column] += p * (1 - p) * value * other;
    }
  }
  const factor = cholesky(precision);
  return { factor, move: solved(factor, slope) };
}

/**
 * What decisions say of the rest: the mode of the posterior, by Newton's method.
 *
 * `decided` is `[[probability, kind, isWrong]]`.
 */
export function calibrate(decided) {
  const parameters = prior.map(() => 0);
  let factor = [];
  for (let step = 0; step < steps; step++) {
    const next = newton(decided, parameters);
    factor = next.factor;
    const longest = Math.max(...next.move.map(Math.abs));
    const part = Math.min(1, 1 / Math.max(longest, 1e-12));
    for (const [index, value] of next.move.entries()) parameters[index] += value * part;
    if (longest < 1e-9) break;
  }
  const covariance = prior.map((_, row) =>
    solved(
      factor,
      prior.map((_, column) => (row === column ? 1 : 0)),
    ),
  );
  // Whatever its logit is, a kind has the same shift and the same parts of the variance.
  const known = new Map();
  function termsOf(kind) {
    if (!known.has(kind)) {
      const own = placeOf(0.5, kind).slice(1);
      let [shift, still, slanted] = [0, 0, 0];
      for (const [row, a] of own) {
        shift += parameters[row] * a;
        slanted += a * covariance[0][row];
        for (const [column, b] of own) still += a * b * covariance[row][column];
      }
      known.set(kind, { shift, still, slanted });
    }
    return known.get(kind);
  }
  /** The logit by now, and its variance. */
  function judged(p, kind) {
    const { shift, still, slanted } = termsOf(kind);
    const logit = plainLogit(p);
    const variance = Math.max(0, logit * logit * covariance[0][0] + 2 * logit * slanted + still);
    return [logit * (1 + parameters[0]) + shift, variance];
  }
  return {
    /** What a probability is by now. */
    probability: (p, kind) => sigmoid(judged(p, kind)[0]),
    /** The bounds between which it lies in nine of ten cases. */
    range(p, kind) {
      const [middle, variance] = judged(p, kind);
      const half = 1.6449 * Math.sqrt(variance);
      return [sigmoid(middle - half), sigmoid(middle + half)];
    },
    /** How much a decision is worth: an error found, and what it says about the others. */
    worth(p, kind) {
      const [logit, variance] = judged(p, kind);
      const now = sigmoid(logit);
      return now + Math.log(1 + now * (1 - now) * variance);
    },
  };
}
