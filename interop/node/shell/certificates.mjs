// The algorithm that `generateCertificate` takes: an object of Web Cryptography, of which the addon gets what it can use.

/** `RTCPeerConnection.generateCertificate`. */
export function generateCertificateOperation(engine, converter) {
  return (_, [algorithm]) => engine.call('RTCPeerConnection::generateCertificate', null, [normalize(converter, algorithm)]);
}

function normalize(converter, algorithm) {
  if (typeof algorithm === 'string') return algorithm;
  const { name, hash, namedCurve, modulusLength, publicExponent } = algorithm;
  if (name === undefined) throw new TypeError('an algorithm needs a name');
  const { expires } = converter.dictionary('RTCCertificateExpiration', algorithm, 'keygenAlgorithm');
  return { name: String(name), hash, namedCurve, modulusLength, publicExponent, expires };
}
