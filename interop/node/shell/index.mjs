// The interfaces of the W3C over the addon: `open` gives the classes, and what a page has besides.
import { generateCertificateOperation } from './certificates.mjs';
import { sendOperation } from './data_channel.mjs';
import { checkpoint, Engine } from './engine.mjs';
import { makeError } from './errors.mjs';
import { dispatch, makeEvent } from './events.mjs';
import { defineInterfaces } from './interfaces.mjs';
import { LegacyEvents } from './legacy_events.mjs';
import { Media } from './media.mjs';
import { Objects } from './objects.mjs';
import { Values } from './values.mjs';
import { Converter } from './webidl/convert.mjs';
import { Definitions } from './webidl/definitions.mjs';
import { offered, readSpecifications } from './webidl/specifications.mjs';
import { encodedFrames } from './workers/encoded_frames.mjs';
import { scriptTransforms } from './workers/script_transform.mjs';
import { workerClass } from './workers/worker.mjs';

/** Attributes that only JavaScript needs. */
const INITIAL = { RTCDataChannel: { binaryType: 'arraybuffer' } };

/**
 * Builds the classes over an addon.
 *
 * @param addon the functions of BRIDGE.md
 * @param {{loader?: string}} options see workerClass
 * @returns `{ classes, mediaDevices, media, shutdown }`: classes by name, the object for `navigator.mediaDevices`, and sources and sinks of
 *   tracks
 */
export function open(addon, options = {}) {
  const definitions = new Definitions(readSpecifications(), { exposed: 'Window', offered });
  const classes = {};
  const objects = new Objects((name) => create(definitions, classes, name), INITIAL);
  const values = new Values(objects, classes);
  const converter = new Converter(definitions, objects.interfaceOf);
  const platform = { definitions, converter, objects, classes };
  const transforms = scriptTransforms(objects, (...call) => engine.call(...call));
  const legacy = new LegacyEvents();
  const engine = new Engine(addon, values, {
    makeError: (description) => makeError(classes, description),
    fire(id, type, name, init) {
      const target = objects.byId(id);
      // Nobody can listen at an object that the script has not met.
      if (!target || transforms.onEvent(id, type, init)) return;
      const event = makeEvent(platform, target, type, name, init);
      dispatch(target, event, checkpoint);
      if (name === 'RTCTrackEvent') legacy.onTrack(target, event.streams);
    },
    afterEvents: () => legacy.flush((target, event) => dispatch(target, event, checkpoint)),
    onFrame: transforms.onFrame,
  });
  const frames = encodedFrames(platform);
  const special = {
    constructors: { ...frames.constructors, ...transforms.constructors },
    operations: {
      ...frames.operations,
      'RTCDataChannel.send': sendOperation(engine),
      'RTCPeerConnection::generateCertificate': generateCertificateOperation(engine, converter),
    },
    getters: {
      ...frames.getters,
      'RTCRtpTransceiver.stopped': ({ attributes }) => attributes.currentDirection === 'stopped',
    },
    setters: {
      ...frames.setters,
      'RTCDataChannel.binaryType': (channel, value) => { channel.attributes.binaryType = value; },
    },
  };
  defineInterfaces({ ...platform, engine, special });
  classes.Worker = workerClass(platform, options);
  engine.start();
  const mediaDevices = objects.obtain(null, 'MediaDevices');
  return { classes, mediaDevices, media: new Media(addon, engine, objects), shutdown: () => engine.shutdown() };
}

/** An object of a class, without a call of its constructor. */
function create(definitions, classes, name) {
  const constructor = classes[name];
  if (!constructor) throw new Error(`the addon knows an interface that the shell lacks: ${name}`);
  if (definitions.isA(name, 'EventTarget')) return Reflect.construct(EventTarget, [], constructor);
  return Object.create(constructor.prototype);
}
