// Lines that are seen on every ground: light over dark.

const dark = "rgba(0, 0, 0, 0.75)";
const faint = "rgba(0, 0, 0, 0.4)";

/** A rectangle, `[left, top, width, height]`, in a colour with a dark seam. */
export function frame(context, [left, top, wide, tall], { colour, width, dash }) {
  stroke(context, { colour, width, dash }, () => context.rect(left, top, wide, tall));
}

/** Both diagonals of a rectangle: what is deleted. */
export function strikeOut(context, [left, top, wide, tall]) {
  stroke(context, { colour: "#ff6b5e", width: 2.5, dash: [] }, () => {
    context.moveTo(left, top);
    context.lineTo(left + wide, top + tall);
    context.moveTo(left + wide, top);
    context.lineTo(left, top + tall);
  });
}

/** A square to take a corner by. */
export function handle(context, x, y) {
  context.fillStyle = dark;
  context.fillRect(x - 6, y - 6, 12, 12);
  context.fillStyle = "#fff";
  context.fillRect(x - 4, y - 4, 8, 8);
}

function stroke(context, { colour, width, dash }, path) {
  context.beginPath();
  path();
  context.setLineDash([]);
  // Under dashes the seam is faint, so that they stay apart.
  context.strokeStyle = dash.length ? faint : dark;
  context.lineWidth = width + 2;
  context.stroke();
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}
