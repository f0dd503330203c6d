"""A party made of aiortc: the data and media cases of PROTOCOL.md.

    python aiortc_party.py ws://..
"""

import asyncio
import json
import math
import sys
import zlib

import aiortc
import websockets
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp

PATIENCE = 60
ROOM = 1 << 20
BULK_MESSAGE = 65536
WORD = 0xFFFFFFFF


def xorshift(state):
    state ^= (state << 13) & WORD
    state ^= state >> 17
    return state ^ (state << 5) & WORD


def seed(index):
    return (index + 1) * 2654435761 & WORD


def size(index):
    if index == 0:
        return 0
    if index % 2500 in (1, 2):
        return 65536
    number = xorshift(seed(index))
    if index % 50 < 2:
        return number % 65537
    if index % 10 < 2:
        return number % 4097
    return number % 257


def is_text(index):
    return (index >> 1) % 2 == 0


def pattern(state, length):
    octets = bytearray()
    while len(octets) < length:
        state = xorshift(state)
        octets += state.to_bytes(4, "little")
    return bytes(octets[:length])


def text(state, length):
    octets = bytearray()
    while len(octets) < length:
        state = xorshift(state)
        left = length - len(octets)
        if state % 16 == 0 and left >= 4:
            octets += b"\xf0\x9f\x98\x80"
        elif state % 16 == 1 and left >= 2:
            octets += b"\xc3\xa9"
        else:
            octets.append(97 + state % 26)
    return bytes(octets).decode()


def message(index):
    make = text if is_text(index) else pattern
    return make(seed(index), size(index))


class Digest:
    """What was received on the two channels, as one number each."""

    def __init__(self):
        self.ordered = self.unordered = self.count = self.octets = 0

    def add(self, on_ordered, data):
        kind, octets = (b"t", data.encode()) if isinstance(data, str) else (b"b", data)
        check = zlib.crc32(octets, zlib.crc32(kind))
        if on_ordered:
            self.ordered = self.ordered * 16777619 & WORD ^ check
        else:
            self.unordered = self.unordered + check & WORD
        self.count += 1
        self.octets += len(octets)

    def __str__(self):
        return (
            f"{self.count} messages, {self.octets} octets, "
            f"ordered {self.ordered:08x}, unordered {self.unordered:08x}"
        )


def expected(count):
    digest = Digest()
    for index in range(count):
        digest.add(index % 2 == 0, message(index))
    return digest


class Channel:
    def __init__(self, channel):
        self.channel = channel
        self.messages = asyncio.Queue()
        self.opened, self.closed = asyncio.Event(), asyncio.Event()
        if channel.readyState == "open":
            self.opened.set()
        channel.on("open", self.opened.set)
        channel.on("close", self.closed.set)
        channel.on("message", self.messages.put_nowait)

    async def write(self, data):
        while self.channel.bufferedAmount > ROOM:
            await asyncio.sleep(0.002)
        self.channel.send(data)
        # Sending happens in another task, which must come to it.
        await asyncio.sleep(0)


class ToneTrack(AudioStreamTrack):
    """A tone, where the track of aiortc is silent."""

    async def recv(self):
        frame = await super().recv()
        samples = range(frame.pts, frame.pts + frame.samples)
        octets = b"".join(
            int(8000 * math.sin(2 * math.pi * 440 * sample / frame.sample_rate)).to_bytes(2, "little", signed=True)
            for sample in samples
        )
        frame.planes[0].update(octets)
        return frame


class Peer:
    def __init__(self, case, send):
        self.case, self.send = case, send
        self.offering = case["role"] == "offer"
        self.subject = case["part"] == "subject"
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.channels, self.facts, self.received, self.tasks = {}, {}, {"audio": 0, "video": 0}, []
        self.energy = 0
        self.stopped = asyncio.get_running_loop().create_future()
        self.connection.on("datachannel", self.adopt)
        self.connection.on("track", lambda track: self.tasks.append(asyncio.ensure_future(self.take(track))))

    def stop(self, why):
        if not self.stopped.done():
            self.stopped.set_exception(RuntimeError(why))

    def fact(self, name):
        return self.facts.setdefault(name, asyncio.Event())

    async def handle(self, received):
        try:
            if "sdp" in received:
                await self.describe(received["sdp"])
            elif "candidate" in received:
                await self.candidate(received["candidate"])
            elif "bye" in received:
                self.fact("bye").set()
            elif "stop" in received:
                self.stop("stopped")
        except Exception as error:
            self.stop(f"signalling: {error!r}")

    async def describe(self, sdp):
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp["sdp"], sdp["type"]))
        if sdp["type"] == "offer":
            for transceiver in self.connection.getTransceivers():
                self.add_media(transceiver.kind)
            await self.connection.setLocalDescription(await self.connection.createAnswer())
            self.tell()
        else:
            self.fact("answer").set()

    async def candidate(self, init):
        if not init or not init["candidate"]:
            return
        candidate = candidate_from_sdp(init["candidate"].split(":", 1)[1])
        candidate.sdpMid, candidate.sdpMLineIndex = init["sdpMid"], init["sdpMLineIndex"]
        await self.connection.addIceCandidate(candidate)

    def tell(self):
        local = self.connection.localDescription
        self.send({"sdp": {"type": local.type, "sdp": local.sdp}})

    async def negotiate(self):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        self.tell()
        await asyncio.wait_for(self.fact("answer").wait(), PATIENCE)

    def add_media(self, kind):
        self.connection.addTrack(ToneTrack() if kind == "audio" else VideoStreamTrack())
        codec = self.case.get("codec")
        if kind != "video" or not codec:
            return
        codecs = RTCRtpReceiver.getCapabilities("video").codecs
        wanted = [other for other in codecs if other.mimeType.lower() == f"video/{codec}".lower()]
        others = [other for other in codecs if other not in wanted]
        for transceiver in self.connection.getTransceivers():
            if transceiver.kind == "video":
                transceiver.setCodecPreferences(wanted + others)

    async def take(self, track):
        while True:
            frame = await track.recv()
            self.received[track.kind] += 1
            if track.kind == "audio":
                octets = bytes(frame.planes[0])
                low, high = octets[0:400:2], octets[1:400:2]
                samples = (int.from_bytes(pair, "little", signed=True) for pair in zip(low, high))
                self.energy += sum(abs(sample) for sample in samples)

    def adopt(self, channel):
        self.channels[channel.label] = Channel(channel)
        self.fact(f"channel {channel.label}").set()

    def open(self, label, **options):
        self.adopt(self.connection.createDataChannel(label, **options))

    async def channel(self, label):
        await asyncio.wait_for(self.fact(f"channel {label}").wait(), PATIENCE)
        channel = self.channels[label]
        await asyncio.wait_for(channel.opened.wait(), PATIENCE)
        return channel

    async def finish(self):
        self.send({"bye": True})
        await asyncio.wait_for(self.fact("bye").wait(), 3 * PATIENCE)

    async def close(self):
        await self.connection.close()
        for task in self.tasks:
            task.cancel()


async def data_echo(peer):
    count, digest = peer.case["messages"], Digest()
    if peer.offering:
        peer.open("ordered")
        peer.open("unordered", ordered=False)
        await peer.negotiate()
    channels = [await peer.channel("ordered"), await peer.channel("unordered")]

    async def take(channel, on_ordered, total):
        for _ in range(total):
            data = await channel.messages.get()
            digest.add(on_ordered, data)
            if not peer.offering:
                await channel.write(data)

    async def send():
        for index in range(count if peer.offering else 0):
            await channels[index % 2].write(message(index))

    work = asyncio.gather(send(), take(channels[0], True, (count + 1) // 2), take(channels[1], False, count // 2))
    try:
        await asyncio.wait_for(work, 3 * PATIENCE)
    except asyncio.TimeoutError:
        raise RuntimeError(f"took too long; so far {digest}") from None
    wanted = str(expected(count))
    if str(digest) != wanted:
        raise RuntimeError(f"received {digest}, not {wanted}")
    await peer.finish()
    return wanted


async def begin(channel, sending):
    """The side that does not send first says that it is ready."""
    if not sending:
        await channel.write("ready")
    elif await asyncio.wait_for(channel.messages.get(), PATIENCE) != "ready":
        raise RuntimeError("the first message is not ready")


async def bulk(peer, sending):
    octets = peer.case["octets"]
    if peer.offering:
        peer.open("bulk")
        await peer.negotiate()
    channel = await peer.channel("bulk")
    rest, crc = pattern(1, BULK_MESSAGE)[4:], 0
    await begin(channel, sending)
    for index in range(octets // BULK_MESSAGE):
        block = index.to_bytes(4, "little") + rest
        crc = zlib.crc32(block, crc)
        if sending:
            await channel.write(block)
        elif await asyncio.wait_for(channel.messages.get(), PATIENCE) != block:
            raise RuntimeError(f"message {index} is not what was sent")
    receipt = f"received {octets} {crc}"
    if sending:
        answer = await asyncio.wait_for(channel.messages.get(), 3 * PATIENCE)
        if answer != receipt:
            raise RuntimeError(f"the receipt says {answer}")
    else:
        await channel.write(receipt)
    await peer.finish()
    return f"{octets} octets {'sent' if sending else 'received'}"


async def media(peer, kind):
    if peer.offering:
        peer.add_media(kind)
        await peer.negotiate()
    wanted = 40 if kind == "video" else 100
    for _ in range(PATIENCE * 10):
        if peer.received[kind] >= wanted:
            break
        await asyncio.sleep(0.1)
    else:
        raise RuntimeError(f"{kind} did not flow: {peer.received[kind]} frames")
    if kind == "audio" and not peer.energy:
        raise RuntimeError("the audio is silent")
    await peer.finish()
    return f"{peer.received[kind]} {kind} frames decoded"


async def echoed(channel, data):
    await channel.write(data)
    answer = await asyncio.wait_for(channel.messages.get(), PATIENCE)
    if answer != data:
        raise RuntimeError(f"sent {data}, got {answer}")


async def close(peer, closing):
    if peer.offering:
        peer.open("first")
        peer.open("second")
        await peer.negotiate()
    first, second = await peer.channel("first"), await peer.channel("second")
    await begin(first, closing)
    await begin(second, closing)
    if closing:
        await echoed(first, "one")
        first.channel.close()
        await asyncio.wait_for(first.closed.wait(), PATIENCE)
        await echoed(second, "two")
        await peer.connection.close()
        return "closed one channel, then everything"
    await first.write(await asyncio.wait_for(first.messages.get(), PATIENCE))
    await asyncio.wait_for(first.closed.wait(), PATIENCE)
    if second.channel.readyState != "open":
        raise RuntimeError("the second channel went with the first")
    await second.write(await asyncio.wait_for(second.messages.get(), PATIENCE))
    await asyncio.wait_for(second.closed.wait(), PATIENCE)
    return "saw the end"


CASES = {
    "data-echo": data_echo,
    "bulk-up": lambda peer: bulk(peer, peer.subject),
    "bulk-down": lambda peer: bulk(peer, not peer.subject),
    "audio": lambda peer: media(peer, "audio"),
    "video": lambda peer: media(peer, "video"),
    "video-h264": lambda peer: media(peer, "video"),
    "close-local": lambda peer: close(peer, peer.subject),
    "close-remote": lambda peer: close(peer, not peer.subject),
}


async def run(peer):
    try:
        if peer.case["name"] not in CASES:
            raise RuntimeError("not a case of this party")
        work = asyncio.ensure_future(CASES[peer.case["name"]](peer))
        await asyncio.wait([work, peer.stopped], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            peer.stopped.result()
        result = {"pass": True, "detail": work.result()}
    except Exception as error:
        result = {"pass": False, "detail": str(error) or repr(error)}
    if peer.stopped.done():
        peer.stopped.exception()
    await peer.close()
    peer.send({"result": result})


async def main(address):
    async with websockets.connect(address, max_size=None) as socket:
        outbox = asyncio.Queue()

        async def write():
            while True:
                await socket.send(json.dumps(await outbox.get()))

        asyncio.ensure_future(write())
        outbox.put_nowait({"hello": {"name": "aiortc", "version": aiortc.__version__}})
        peer, running = None, None
        async for text_frame in socket:
            received = json.loads(text_frame)
            if "case" in received:
                peer = Peer(received["case"], outbox.put_nowait)
                running = asyncio.ensure_future(run(peer))
            elif peer and not running.done():
                # One after the other, as they were sent.
                await peer.handle(received)


asyncio.run(main(sys.argv[1]))
