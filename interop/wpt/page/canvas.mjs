// A canvas that draws rectangles, text boxes and pictures of videos, which is what moving test pictures are made of.
import { Element } from './elements.mjs';

const COLORS = { red: [255, 0, 0], green: [0, 128, 0], blue: [0, 0, 255], white: [255, 255, 255], black: [0, 0, 0], yellow: [255, 255, 0] };

/** Pixels as RGBA. */
export class Pixels {
  constructor(width, height) {
    this.resize(width, height);
  }

  resize(width, height) {
    this.width = Math.max(0, Math.trunc(width));
    this.height = Math.max(0, Math.trunc(height));
    this.rgba = new Uint8ClampedArray(4 * this.width * this.height);
  }

  fill(left, top, width, height, [red, green, blue]) {
    const [x, y] = [clamp(left, this.width), clamp(top, this.height)];
    const [right, bottom] = [clamp(left + width, this.width), clamp(top + height, this.height)];
    const words = new Uint32Array(this.rgba.buffer);
    const pixel = ((255 << 24) | ((blue & 255) << 16) | ((green & 255) << 8) | (red & 255)) >>> 0;
    for (let row = y; row < bottom; row++) words.fill(pixel, row * this.width + x, row * this.width + right);
  }

  draw(source) {
    const columns = Math.min(this.width, source.width);
    for (let row = 0; row < Math.min(this.height, source.height); row++) {
      const from = 4 * row * source.width;
      this.rgba.set(source.rgba.subarray(from, from + 4 * columns), 4 * row * this.width);
    }
  }

  read(left, top, width, height) {
    const data = new Uint8ClampedArray(4 * width * height);
    for (let row = 0; row < height && top + row < this.height; row++) {
      const from = 4 * ((top + row) * this.width + left);
      data.set(this.rgba.subarray(from, from + 4 * Math.min(width, this.width - left)), 4 * row * width);
    }
    return { data, width, height };
  }
}

const clamp = (value, limit) => Math.min(limit, Math.max(0, Math.trunc(value)));

function colorOf(style) {
  const numbers = /rgba?\(([^)]+)\)/.exec(style)?.[1];
  return numbers ? numbers.split(',').map((number) => Math.trunc(Number(number))) : (COLORS[style] ?? [0, 0, 0]);
}

class Context2d {
  #pixels;
  fillStyle = '#000';
  strokeStyle = '#000';
  font = '';

  constructor(canvas, pixels) {
    this.canvas = canvas;
    this.#pixels = pixels;
  }
  fillRect(x, y, width, height) {
    this.#pixels.fill(x, y, width, height, colorOf(this.fillStyle));
  }
  clearRect(x, y, width, height) {
    this.#pixels.fill(x, y, width, height, [0, 0, 0]);
  }
  drawImage(source) {
    const pixels = source.pixels?.();
    if (pixels) this.#pixels.draw(pixels);
  }
  getImageData(x, y, width, height) {
    return this.#pixels.read(x, y, width, height);
  }
  createImageData(width, height) {
    return { data: new Uint8ClampedArray(4 * width * height), width, height };
  }
}
for (const name of ['strokeRect', 'putImageData', 'beginPath', 'closePath', 'moveTo', 'lineTo', 'stroke', 'fill', 'arc', 'fillText', 'save', 'restore', 'translate', 'rotate']) {
  Context2d.prototype[name] = function () {}; // lines and letters are of no interest to a codec
}

/** The class; `media` is that of the shell, `MediaStream` its class. */
export function canvasClass({ media, MediaStream }) {
  return class HTMLCanvasElement extends Element {
    #pixels = new Pixels(300, 150);
    #context = new Context2d(this, this.#pixels);

    get width() {
      return this.#pixels.width;
    }
    set width(value) {
      this.#pixels.resize(value, this.height);
    }
    get height() {
      return this.#pixels.height;
    }
    set height(value) {
      this.#pixels.resize(this.width, value);
    }
    pixels() {
      return this.#pixels;
    }
    getContext() {
      return this.#context;
    }
    captureStream(rate = 20) {
      const track = media.createVideoTrack({ width: this.width, height: this.height });
      const push = () => {
        if (track.readyState === 'ended') return clearInterval(timer);
        if (this.width && this.height) media.pushVideo(track, this.width, this.height, this.#pixels.rgba, Math.round(1000 * performance.now()));
      };
      const timer = setInterval(push, 1000 / Math.max(1, Math.min(rate, 30)));
      timer.unref();
      return new MediaStream([track]);
    }
  };
}
