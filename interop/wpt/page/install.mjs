// Makes this process a page with our classes: one realm, so that errors and buffers are those that scripts know.
import { audioClasses } from './audio.mjs';
import { canvasClass } from './canvas.mjs';
import { Element, installDocument } from './elements.mjs';
import { HTMLIFrameElement } from './frames.mjs';
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
  const elements = { HTMLElement: Element, Element, Node: Element, HTMLCanvasElement, HTMLMediaElement, HTMLVideoElement, HTMLAudioElement, HTMLIFrameElement };
  const globals = { ...classes, ...elements, ...audioClasses({ media, MediaStream }), FileReader };
  for (const [name, value] of Object.entries(globals)) defineGlobal(name, value);
  defineGlobal('navigator', {
    mediaDevices,
    userAgent: 'stonechat',
    platform: 'node',
    mediaCapabilities: { encodingInfo: async (wanted) => encodingInfo(classes, wanted) },
    permissions: { query: async () => ({ state: 'granted' }) },
  });
  return installDocument(page, { canvas: HTMLCanvasElement, video: HTMLVideoElement, audio: HTMLAudioElement, iframe: HTMLIFrameElement });
}

/** Whether we can send what `mediaCapabilities.encodingInfo` is asked for. */
function encodingInfo({ RTCRtpSender }, { audio, video }) {
  const supported = [['audio', audio], ['video', video]].every(([kind, wanted]) => {
    if (!wanted) return true;
    const [mimeType] = wanted.contentType.split(';');
    return RTCRtpSender.getCapabilities(kind).codecs.some((codec) => codec.mimeType.toLowerCase() === mimeType.toLowerCase());
  });
  return { supported, smooth: supported, powerEfficient: false };
}
