// Makes this process a page with our classes: one realm, so that errors and buffers are those that scripts know.
import { audioClasses } from './audio.mjs';
import { canvasClass } from './canvas.mjs';
import { Element, installDocument } from './elements.mjs';
import { FileReader } from './file_reader.mjs';
import { mediaElementClass } from './media_element.mjs';
import { defineGlobal, installWindow } from './window.mjs';

/**
 * @param shell what the shell's `open` gives
 * @param {{url: string, html: string, title: string}} page
 * @returns the document
 */
export function installPage({ classes, media, mediaDevices }, page) {
  installWindow(page.url);
  const { MediaStream } = classes;
  const HTMLMediaElement = mediaElementClass({ media });
  const HTMLVideoElement = class HTMLVideoElement extends HTMLMediaElement {};
  const HTMLAudioElement = class HTMLAudioElement extends HTMLMediaElement {};
  const HTMLCanvasElement = canvasClass({ media, MediaStream });
  const elements = { HTMLElement: Element, Element, Node: Element, HTMLCanvasElement, HTMLMediaElement, HTMLVideoElement, HTMLAudioElement };
  const globals = { ...classes, ...elements, ...audioClasses({ media, MediaStream }), FileReader };
  for (const [name, value] of Object.entries(globals)) defineGlobal(name, value);
  defineGlobal('navigator', {
    mediaDevices,
    userAgent: 'stonechat',
    platform: 'node',
    permissions: { query: async () => ({ state: 'granted' }) },
  });
  return installDocument(page, { canvas: HTMLCanvasElement, video: HTMLVideoElement, audio: HTMLAudioElement });
}
