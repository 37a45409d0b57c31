// The part of an image that the canvas shows, and the way between the canvas and fractions of the image.

/** `x`, `y`: the corner that is shown, in pixels of the picture; `scale`: pixels of the canvas a pixel of the picture. */
export class View {
  constructor(x, y, scale, w, h) {
    Object.assign(this, { x, y, scale, w, h });
  }

  /** All of a picture, or what lies around `place`; as large as `room` by `tall` pixels allow. */
  static fitting(w, h, place, room, tall) {
    let [x, y, width, height] = [0, 0, w, h];
    if (place) {
      const side = Math.max(40, 3.2 * Math.max(place[2] * w, place[3] * h));
      x = Math.max(0, Math.min(w - side, place[0] * w - side / 2));
      y = Math.max(0, Math.min(h - side, place[1] * h - side / 2));
      width = Math.min(side, w - x);
      height = Math.min(side, h - y);
    }
    const view = new View(x, y, Math.min(room / width, tall / height), w, h);
    return Object.assign(view, { width, height });
  }

  /** Left, top, width and height on the canvas of `[cx, cy, w, h]` in fractions of the image. */
  rectangle([cx, cy, width, height]) {
    return [
      (cx * this.w - (width * this.w) / 2 - this.x) * this.scale,
      (cy * this.h - (height * this.h) / 2 - this.y) * this.scale,
      width * this.w * this.scale,
      height * this.h * this.scale,
    ];
  }

  /** The corners of a row on the canvas, each `[x, y, -1 | 1, -1 | 1]`. */
  corners(row) {
    const [left, top, width, height] = this.rectangle(row.slice(1));
    const out = [];
    for (const sx of [-1, 1]) {
      for (const sy of [-1, 1]) out.push([sx < 0 ? left : left + width, sy < 0 ? top : top + height, sx, sy]);
    }
    return out;
  }

  /** A place on the canvas in fractions of the image. */
  fraction(x, y) {
    return [(x / this.scale + this.x) / this.w, (y / this.scale + this.y) / this.h];
  }
}
