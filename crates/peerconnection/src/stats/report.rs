//! `RTCStatsReport`: objects by id.

use std::collections::{BTreeMap, BTreeSet};

use super::object::{StatsDictionary, StatsObject};
use super::value::write_text;
use super::{StatsType, Value};

/// `RTCStatsReport` (webrtc-pc, section 8.4): the objects of one moment by their ids, in an order
/// that is the same in each report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatsReport {
    objects: Vec<StatsObject>,
    index: BTreeMap<String, usize>,
}

impl StatsReport {
    /// The object with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&StatsObject> {
        self.objects.get(*self.index.get(id)?)
    }

    /// The object with this id, if it is a dictionary of this kind: what a member that refers to
    /// another object leads to.
    #[must_use]
    pub fn get_as<T: StatsDictionary>(&self, id: &str) -> Option<&T> {
        T::of(self.get(id)?)
    }

    /// Whether there is an object with this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.index.contains_key(id)
    }

    /// How many objects there are: `size`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The ids.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.objects.iter().map(|object| object.id.as_str())
    }

    /// The objects.
    pub fn values(&self) -> impl Iterator<Item = &StatsObject> {
        self.objects.iter()
    }

    /// The objects with their ids.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &StatsObject)> {
        self.objects
            .iter()
            .map(|object| (object.id.as_str(), object))
    }

    /// The objects of this type.
    pub fn of_type(&self, kind: StatsType) -> impl Iterator<Item = &StatsObject> {
        self.objects
            .iter()
            .filter(move |object| object.r#type == kind)
    }

    /// The dictionaries of this kind, as `report.of::<InboundRtpStreamStats>()`.
    pub fn of<'a, T: StatsDictionary + 'a>(&'a self) -> impl Iterator<Item = &'a T> {
        self.objects.iter().filter_map(T::of)
    }

    /// The report as a JSON object of the objects by their ids, with the names of the W3C.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from("{");
        for (index, object) in self.objects.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_text(&object.id, &mut out);
            out.push(':');
            object.write_json(&mut out);
        }
        out.push('}');
        out
    }

    /// Adds an object unless there is one with its id.
    pub(super) fn add(&mut self, object: impl Into<StatsObject>) {
        let object = object.into();
        if !self.index.contains_key(&object.id) {
            self.index.insert(object.id.clone(), self.objects.len());
            self.objects.push(object);
        }
    }

    /// The objects that `selects` chooses, with all that they refer to directly or indirectly
    /// (webrtc-pc, section 8.6).
    pub(crate) fn select(&self, selects: impl Fn(&StatsObject) -> bool) -> Self {
        let mut chosen = BTreeSet::new();
        let mut open: Vec<usize> = Vec::new();
        open.extend(
            self.objects
                .iter()
                .enumerate()
                .filter(|(_, object)| selects(object))
                .map(|(index, _)| index),
        );
        while let Some(index) = open.pop() {
            let Some(object) = self.objects.get(index).filter(|_| chosen.insert(index)) else {
                continue;
            };
            let referred = object.references();
            open.extend(
                referred
                    .iter()
                    .filter_map(|(_, id)| self.index.get(id).copied()),
            );
        }
        let mut report = Self::default();
        for object in chosen
            .into_iter()
            .filter_map(|index| self.objects.get(index))
        {
            report.add(object.clone());
        }
        report
    }
}

impl<'a> IntoIterator for &'a StatsReport {
    type Item = &'a StatsObject;
    type IntoIter = std::slice::Iter<'a, StatsObject>;

    fn into_iter(self) -> Self::IntoIter {
        self.objects.iter()
    }
}

impl StatsObject {
    /// The members that exist, by their W3C names, those of `RTCStats` first.
    #[must_use]
    pub fn members(&self) -> Vec<(String, Value)> {
        let mut members = Vec::new();
        self.dictionary().visit(&mut |name, value| {
            members.push((super::value::w3c_name(name), value));
        });
        members
    }

    /// The member of this W3C name, if it exists.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Value> {
        let mut members = self.members().into_iter();
        members
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The members that refer to other objects, with the ids of those.
    #[must_use]
    pub fn references(&self) -> Vec<(String, String)> {
        self.members()
            .into_iter()
            .filter(|(name, _)| name.ends_with("Id"))
            .filter_map(|(name, value)| match value {
                Value::Text(id) => Some((name, id)),
                _ => None,
            })
            .collect()
    }

    /// The object as JSON, with the names of the W3C.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        out.push('{');
        for (index, (name, value)) in self.members().iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_text(name, out);
            out.push(':');
            value.write_json(out);
        }
        if let Self::LocalCandidate(candidate) | Self::RemoteCandidate(candidate) = self
            && candidate.address.is_none()
        {
            // The only member that may be null instead of missing.
            out.push_str(",\"address\":null");
        }
        out.push('}');
    }
}
