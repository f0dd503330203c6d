//! What every list of lines can be asked and told.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use crate::line::Line;

/// Where a line of this type belongs in a list that has this order; behind those of its type.
pub(crate) fn place(lines: &[Line], order: &str, letter: char) -> usize {
    let rank = |letter: char| order.find(letter).unwrap_or(order.len());
    let later = |line: &Line| rank(line.letter()) > rank(letter);
    lines.iter().position(later).unwrap_or(lines.len())
}

/// Methods of a type with a field `lines`; the order is that of the types of lines.
macro_rules! getters {
    ($type:ty, $order:literal) => {
        impl $type {
            /// The lines in order, known and unknown; for a media section without its `m=`.
            pub fn lines(&self) -> &[$crate::line::Line] {
                &self.lines
            }

            /// The attributes that have a typed form, in order.
            pub fn attributes(&self) -> impl Iterator<Item = &$crate::attribute::Attribute> {
                self.lines.iter().filter_map($crate::line::Line::attribute)
            }

            /// The values of all attributes of this name, known or not, in order.
            pub fn attribute_values(&self, name: &str) -> impl Iterator<Item = Option<&str>> {
                self.lines
                    .iter()
                    .filter(move |line| line.attribute_name() == Some(name))
                    .map($crate::line::Line::attribute_value)
            }

            /// Whether there is a well-formed attribute of this kind.
            pub fn has(&self, kind: $crate::attribute::AttributeKind) -> bool {
                self.attributes().any(|attribute| attribute.kind() == kind)
            }

            /// Appends an attribute.
            ///
            /// # Errors
            ///
            /// It cannot be written so that it reads back as the same; then nothing changed.
            pub fn push(
                &mut self,
                attribute: impl Into<$crate::attribute::Attribute>,
            ) -> Result<&mut Self, $crate::error::BuildError> {
                let line = $crate::line::Line::from_attribute(&attribute.into())?;
                self.lines.push(line);
                Ok(self)
            }

            /// Appends an attribute by its name, for those that have no typed form.
            ///
            /// # Errors
            ///
            /// Name or value break the grammar; then nothing changed.
            pub fn push_other(
                &mut self,
                name: &str,
                value: Option<&str>,
            ) -> Result<&mut Self, $crate::error::BuildError> {
                let line = $crate::line::Line::from_name(name, value)?;
                self.lines.push(line);
                Ok(self)
            }

            /// Puts an attribute in the place of the first of its kind and takes away the others
            /// of its kind; appends it if there is none.
            ///
            /// # Errors
            ///
            /// As [`push`](Self::push); then nothing changed.
            pub fn replace(
                &mut self,
                attribute: impl Into<$crate::attribute::Attribute>,
            ) -> Result<&mut Self, $crate::error::BuildError> {
                let attribute = attribute.into();
                let kind = attribute.kind();
                let mut line = Some($crate::line::Line::from_attribute(&attribute)?);
                self.lines.retain_mut(|old| {
                    if old.attribute().map($crate::attribute::Attribute::kind) != Some(kind) {
                        return true;
                    }
                    match line.take() {
                        Some(line) => {
                            *old = line;
                            true
                        }
                        None => false,
                    }
                });
                self.lines.extend(line);
                Ok(self)
            }

            /// Keeps the typed attributes for which `keep` is true, and all other lines.
            pub fn retain(&mut self, mut keep: impl FnMut(&$crate::attribute::Attribute) -> bool) {
                self.lines
                    .retain(|line| line.attribute().is_none_or(&mut keep));
            }

            /// Takes away all attributes of this kind; also those that are not well-formed.
            pub fn remove(&mut self, kind: $crate::attribute::AttributeKind) {
                self.lines.retain(|line| {
                    let name = line.attribute_name().unwrap_or_default();
                    $crate::attribute::AttributeKind::from_name(name) != Some(kind)
                });
            }

            /// Replaces the connections of `c=` by one.
            ///
            /// # Errors
            ///
            /// A value breaks the grammar; then nothing changed.
            pub fn set_connection(
                &mut self,
                connection: &$crate::connection::Connection,
            ) -> Result<&mut Self, $crate::error::BuildError> {
                let new = $crate::line::Line::from_connection(connection)?;
                self.lines.retain(|line| line.letter() != 'c');
                let place = $crate::getters::place(&self.lines, $order, 'c');
                self.lines.insert(place, new);
                Ok(self)
            }

            /// Adds a bandwidth.
            ///
            /// # Errors
            ///
            /// A value breaks the grammar; then nothing changed.
            pub fn push_bandwidth(
                &mut self,
                bandwidth: &$crate::bandwidth::Bandwidth,
            ) -> Result<&mut Self, $crate::error::BuildError> {
                let new = $crate::line::Line::from_bandwidth(bandwidth)?;
                let place = $crate::getters::place(&self.lines, $order, 'b');
                self.lines.insert(place, new);
                Ok(self)
            }

            /// The first connection of `c=`.
            pub fn connection(&self) -> Option<&$crate::connection::Connection> {
                self.lines.iter().find_map(|line| match line.content() {
                    $crate::line::Content::Connection(connection) => Some(&**connection),
                    _ => None,
                })
            }

            /// The well-formed bandwidths of `b=`.
            pub fn bandwidths(&self) -> impl Iterator<Item = &$crate::bandwidth::Bandwidth> {
                self.lines.iter().filter_map(|line| match line.content() {
                    $crate::line::Content::Bandwidth(bandwidth) => Some(&**bandwidth),
                    _ => None,
                })
            }

            /// The values of the lines of this type.
            pub fn values(&self, letter: char) -> impl Iterator<Item = &str> {
                self.lines
                    .iter()
                    .filter(move |line| line.letter() == letter)
                    .map($crate::line::Line::value)
            }

            $crate::getters::flags! {
                /// Whether there is `a=bundle-only`.
                bundle_only BundleOnly,
                /// Whether there is `a=cryptex`.
                cryptex Cryptex,
                /// Whether there is `a=end-of-candidates`.
                end_of_candidates EndOfCandidates,
                /// Whether there is `a=extmap-allow-mixed`.
                extmap_allow_mixed ExtmapAllowMixed,
                /// Whether there is `a=ice-lite`.
                ice_lite IceLite,
                /// Whether there is `a=rtcp-mux`.
                rtcp_mux RtcpMux,
                /// Whether there is `a=rtcp-mux-only`.
                rtcp_mux_only RtcpMuxOnly,
                /// Whether there is `a=rtcp-rsize`.
                rtcp_rsize RtcpRsize,
            }

            $crate::getters::copies! {
                /// The direction written here; see [`Section::direction`](crate::Section::direction)
                /// for the one that holds.
                direction Direction $crate::attribute::Direction,
                /// The time between connectivity checks.
                ice_pacing IcePacing core::time::Duration,
                /// The largest message that may be sent here, in octets; 0 stands for no bound.
                max_message_size MaxMessageSize u64,
                /// Media in one packet at most.
                max_ptime MaxPtime core::time::Duration,
                /// Media in one packet.
                ptime Ptime core::time::Duration,
                /// The port of SCTP; 0 refuses the association.
                sctp_port SctpPort u16,
                /// Who starts the DTLS handshake.
                setup Setup $crate::attribute::Setup,
            }

            $crate::getters::references! {
                /// The options of ICE.
                ice_options IceOptions $crate::token_list::TokenList,
                /// The password of ICE.
                ice_pwd IcePwd str,
                /// The user name fragment of ICE.
                ice_ufrag IceUfrag str,
                /// The identity assertion.
                identity Identity str,
                /// The identifier of the section.
                mid Mid str,
                /// The first media stream.
                msid Msid $crate::attribute::Msid,
                /// The obsolete list of media streams.
                msid_semantic MsidSemantic $crate::attribute::MsidSemantic,
                /// Where RTCP goes.
                rtcp Rtcp $crate::attribute::Rtcp,
                /// The older form of the port of SCTP.
                sctpmap Sctpmap $crate::attribute::Sctpmap,
                /// The simulcast streams.
                simulcast Simulcast $crate::attribute::Simulcast,
                /// The identifier of the DTLS association.
                tls_id TlsId str,
            }

            $crate::getters::iterators! {
                /// The candidates: what follows `a=candidate:`.
                candidates Candidate str,
                /// The RTP header extensions.
                extmaps Extmap $crate::attribute::Extmap,
                /// The hashes of the certificate.
                fingerprints Fingerprint $crate::attribute::Fingerprint,
                /// The parameters of all formats.
                fmtps Fmtp $crate::attribute::Fmtp,
                /// The groups of sections.
                groups Group $crate::attribute::Group,
                /// The media streams.
                msids Msid $crate::attribute::Msid,
                /// The RTP streams with identifiers.
                rids Rid $crate::attribute::Rid,
                /// The feedback messages of all formats.
                rtcp_feedbacks RtcpFeedback $crate::attribute::RtcpFeedback,
                /// What the payload types stand for.
                rtpmaps Rtpmap $crate::attribute::Rtpmap,
                /// The attributes of RTP sources.
                ssrcs Ssrc $crate::attribute::Ssrc,
                /// The groups of RTP sources.
                ssrc_groups SsrcGroup $crate::attribute::SsrcGroup,
            }

            /// What a payload type stands for.
            pub fn rtpmap(&self, payload_type: u8) -> Option<&$crate::attribute::Rtpmap> {
                self.rtpmaps()
                    .find(|rtpmap| rtpmap.payload_type == payload_type)
            }

            /// The parameters of a payload type.
            pub fn fmtp(&self, payload_type: u8) -> Option<&$crate::attribute::Fmtp> {
                self.fmtps()
                    .find(|fmtp| fmtp.payload_type() == Some(payload_type))
            }

            /// The feedback messages for a payload type: `nack pli`.
            pub fn rtcp_fb(&self, payload_type: u8) -> impl Iterator<Item = &str> {
                self.rtcp_feedbacks()
                    .filter(move |feedback| feedback.target.matches(payload_type))
                    .map(|feedback| feedback.message.as_str())
            }

            /// The RTP stream with this identifier.
            pub fn rid(&self, id: &str) -> Option<&$crate::attribute::Rid> {
                self.rids().find(|rid| rid.id == id)
            }
        }
    };
}

macro_rules! flags {
    ($($(#[$doc:meta])+ $name:ident $kind:ident),* $(,)?) => {
        $($(#[$doc])+
        pub fn $name(&self) -> bool {
            self.has($crate::attribute::AttributeKind::$kind)
        })*
    };
}

macro_rules! copies {
    ($($(#[$doc:meta])+ $name:ident $kind:ident $type:ty),* $(,)?) => {
        $($(#[$doc])+
        pub fn $name(&self) -> Option<$type> {
            self.attributes().find_map(|attribute| match attribute {
                $crate::attribute::Attribute::$kind(value) => Some(*value),
                _ => None,
            })
        })*
    };
}

macro_rules! references {
    ($($(#[$doc:meta])+ $name:ident $kind:ident $type:ty),* $(,)?) => {
        $($(#[$doc])+
        pub fn $name(&self) -> Option<&$type> {
            self.attributes().find_map(|attribute| match attribute {
                $crate::attribute::Attribute::$kind(value) => Some::<&$type>(value),
                _ => None,
            })
        })*
    };
}

macro_rules! iterators {
    ($($(#[$doc:meta])+ $name:ident $kind:ident $type:ty),* $(,)?) => {
        $($(#[$doc])+
        pub fn $name(&self) -> impl Iterator<Item = &$type> {
            self.attributes().filter_map(|attribute| match attribute {
                $crate::attribute::Attribute::$kind(value) => Some::<&$type>(value),
                _ => None,
            })
        })*
    };
}

pub(crate) use {copies, flags, getters, iterators, references};
