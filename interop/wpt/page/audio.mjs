// Web Audio, just enough for an oscillator that feeds a stream.

const RATE = 48000;
const PERIOD = 10; // milliseconds

/** The classes; `media` is that of the shell, `MediaStream` its class. */
export function audioClasses({ media, MediaStream }) {
  class AudioNode extends EventTarget {
    constructor(context) {
      super();
      this.context = context;
    }
    connect(destination) {
      destination.source = this;
      return destination;
    }
    disconnect() {}
  }

  class OscillatorNode extends AudioNode {
    frequency = { value: 440, setValueAtTime() {} };
    started = false;
    start() {
      this.started = true;
    }
    stop() {
      this.started = false;
    }
  }

  class GainNode extends AudioNode {
    gain = { value: 1, setValueAtTime() {} };
  }

  class AnalyserNode extends AudioNode {
    fftSize = 2048;
    frequencyBinCount = 1024;
    getByteFrequencyData(array) {
      array.fill(0);
    }
    getFloatTimeDomainData(array) {
      array.fill(0);
    }
  }

  class MediaStreamAudioDestinationNode extends AudioNode {
    constructor(context) {
      super(context);
      const track = media.createAudioTrack({ sampleRate: RATE });
      this.stream = new MediaStream([track]);
      this.#play(track);
    }

    #play(track) {
      const began = performance.now();
      let sent = 0;
      const timer = setInterval(() => {
        if (track.readyState === 'ended') return clearInterval(timer);
        const due = Math.floor((performance.now() - began) / PERIOD);
        // What a busy machine did not let us play in time is left out.
        sent = Math.max(sent, due - 10);
        for (; sent < due; sent++) media.pushAudio(track, this.#samples(sent), RATE);
      }, PERIOD);
      timer.unref();
    }

    #samples(period) {
      const samples = new Int16Array((RATE * PERIOD) / 1000);
      const { started, frequency } = this.source ?? {};
      if (!started) return samples;
      const step = (2 * Math.PI * frequency.value) / RATE;
      return samples.map((_, index) => 10000 * Math.sin(step * (period * samples.length + index)));
    }
  }

  class AudioContext extends EventTarget {
    state = 'running';
    sampleRate = RATE;
    destination = new AudioNode(this);
    get currentTime() {
      return performance.now() / 1000;
    }
    createOscillator() {
      return new OscillatorNode(this);
    }
    createGain() {
      return new GainNode(this);
    }
    createAnalyser() {
      return new AnalyserNode(this);
    }
    createMediaStreamSource() {
      return new AudioNode(this);
    }
    createMediaStreamDestination() {
      return new MediaStreamAudioDestinationNode(this);
    }
    resume() {
      return Promise.resolve();
    }
    suspend() {
      return Promise.resolve();
    }
    close() {
      return Promise.resolve();
    }
  }
  return { AudioContext, AudioNode, OscillatorNode, MediaStreamAudioDestinationNode };
}
