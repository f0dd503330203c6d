//! `RTCCertificate`.

use std::time::Duration;

use serde_json::{Value, json};
use stonechat::{KeygenAlgorithm, RtcCertificate, RtcCertificateExpiration};

use crate::arguments::Arguments;
use crate::bridge::Bridge;
use crate::clock::milliseconds;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key};
use crate::outcome::{Done, Outcome};

impl Bridge {
    pub(crate) fn generate_certificate(&mut self, args: &mut Arguments) -> Done {
        let expires = args.value(0).get("expires").and_then(Value::as_f64);
        let algorithm = algorithm(args);
        if let Err(error) = algorithm.scheme() {
            return Ok(Outcome::Rejected(error.into()));
        }
        let expiration = RtcCertificateExpiration {
            expires: expires
                .map(|ms| Duration::try_from_secs_f64(ms / 1e3).unwrap_or(Duration::MAX)),
        };
        let api = self.api.clone();
        let work = async move { api.generate_certificate(algorithm, expiration).await };
        Ok(self.promise_of(work, |bridge, made| {
            let key = bridge.certificate_key(&made?);
            Ok(bridge.objects.reference(key))
        }))
    }

    /// The object that stands for a certificate.
    pub(crate) fn certificate_key(&mut self, certificate: &RtcCertificate) -> Key {
        let known = self
            .certificates
            .iter()
            .find(|(_, known)| *known == certificate);
        if let Some((id, _)) = known {
            return Key::Certificate(*id);
        }
        let id = self.objects.fresh();
        self.certificates.insert(id, certificate.clone());
        Key::Certificate(id)
    }

    pub(crate) fn certificate_attributes(&self, id: Id) -> Option<Value> {
        let certificate = self.certificates.get(&id)?;
        Some(json!({ "expires": milliseconds(certificate.expires()).floor() }))
    }

    pub(crate) fn certificate(&self, id: Id, name: &str) -> Done {
        let certificate = self
            .certificates
            .get(&id)
            .ok_or_else(|| unknown("the certificate"))?;
        match name {
            "getFingerprints" => {
                let fingerprints = certificate.get_fingerprints();
                let fingerprints = fingerprints
                    .iter()
                    .map(|of| json!({ "algorithm": of.algorithm, "value": of.value }));
                Ok(Value::from_iter(fingerprints).into())
            }
            _ => Err(unknown(name)),
        }
    }

    /// The certificates of these objects.
    pub(crate) fn certificates_of(&self, ids: &[Id]) -> Result<Vec<RtcCertificate>, Failure> {
        ids.iter()
            .map(|id| {
                let certificate = self.certificates.get(id).cloned();
                certificate.ok_or_else(|| Failure::type_error("not a certificate"))
            })
            .collect()
    }
}

/// `AlgorithmIdentifier`: a name alone, or a dictionary.
fn algorithm(args: &mut Arguments) -> KeygenAlgorithm {
    let given = args.value(0).clone();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let Some(name) = given.get("name").and_then(text) else {
        return KeygenAlgorithm::Named(text(&given).unwrap_or_default());
    };
    match name.to_ascii_uppercase().as_str() {
        "ECDSA" => KeygenAlgorithm::Ecdsa {
            named_curve: given.get("namedCurve").and_then(text).unwrap_or_default(),
        },
        "RSASSA-PKCS1-V1_5" => {
            let exponent = given.get("publicExponent").and_then(|value| {
                let octets = args.bin(value.get("$bin")?.as_u64()?)?;
                octets.iter().try_fold(0_u64, |sum, octet| {
                    Some(sum.checked_mul(256)? + u64::from(*octet))
                })
            });
            let hash = given.get("hash");
            let modulus_length = given.get("modulusLength").and_then(Value::as_u64);
            KeygenAlgorithm::RsassaPkcs1V1_5 {
                modulus_length: modulus_length
                    .and_then(|bits| u32::try_from(bits).ok())
                    .unwrap_or_default(),
                public_exponent: exponent.unwrap_or_default(),
                hash: hash
                    .and_then(text)
                    .or_else(|| hash?.get("name").and_then(text))
                    .unwrap_or_default(),
            }
        }
        _ => KeygenAlgorithm::Named(name),
    }
}
