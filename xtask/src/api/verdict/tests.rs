use super::super::webidl;
use super::*;

const IDL: &str = r#"
    interface RTCThing : EventTarget {
      constructor(optional RTCThingInit init = {});
      readonly attribute DOMString id;
      attribute boolean enabled;
      Promise<undefined> run();
      undefined run(DoneCallback done);
      attribute EventHandler ondone;
      attribute EventHandler onfail;
    };
    interface RTCThingEvent : Event {
      constructor(DOMString type, optional RTCThingInit init);
      readonly attribute DOMString type;
    };
    dictionary RTCThingInit : RTCBase { Worker worker; DOMString label; };
    dictionary RTCBase { double timestamp; double other; };
    enum RTCMode { "max-fun", "none" };
"#;

const TOP: &str = r#"
    pub struct RtcThing { inner: u8 }
    impl RtcThing {
        pub fn new() -> Self { Self { inner: 0 } }
        pub fn id(&self) -> u8 { 0 }
        pub fn enabled(&self) -> bool { true }
        pub async fn run(&self) {}
    }
    pub enum ThingEvent { Done(RtcThingEvent) }
    pub struct RtcThingEvent { pub kind: u8 }
    pub struct RtcThingInit { pub label: String, pub timestamp: f64 }
    w3c_enums! { RtcMode { MaxFun = "max-fun", None = "none", } }
"#;

const NAMES: &str = r#"
    [types]
    [members]
    [events]
    RTCThing = { rust = "ThingEvent", reason = "so" }
"#;

const TESTS: &str = r#"
// api: RTCThing.constructor, RTCThing.id, RTCThing.run, RTCMode.max-fun, RTCMode.none
#[test]
fn a_thing_runs() {
    let thing = RtcThing::new();
    thing.id();
    let word = "max-fun";
}

// api: RTCThing.ondone, RTCThingEvent.type, RTCThingEvent.constructor, RTCThingInit.timestamp
#[test]
fn it_is_done() {
    assert!(matches!(event, ThingEvent::Done(RtcThingEvent { kind: 1 })));
    assert_eq!(init.timestamp, 0.0);
}

// api: RTCThing.typo
#[test]
fn a_typo() {}
"#;

fn judged<T>(top: &str, tests: &str, look: impl FnOnce(&Judge<'_>) -> T) -> T {
    let definitions = webidl::parse(&[IDL]).unwrap();
    let names = Names::parse(NAMES).unwrap();
    let sources = Sources::of(&[("stonechat", top)]).unwrap();
    let mut tagged = Tagged::default();
    tagged.read("t.rs", tests);
    look(&Judge {
        definitions: &definitions,
        names: &names,
        sources: &sources,
        tagged: &tagged,
    })
}

fn state(top: &str, tests: &str, interface: &str, member: &str) -> (State, String) {
    let rows = judged(top, tests, |judge| judge.rows());
    let row = rows
        .iter()
        .find(|row| row.interface == interface && row.member == member);
    row.map(|row| (row.state, row.reason.clone())).unwrap()
}

#[test]
fn an_item_with_a_test_is_present() {
    for (interface, member) in [
        ("RTCThing", "constructor"),
        ("RTCThing", "id"),
        ("RTCThing", "done"),
        ("RTCThingEvent", "type"),
        ("RTCThingEvent", "constructor"),
        ("RTCMode", "max-fun"),
        ("RTCBase", "timestamp"),
    ] {
        assert_eq!(
            state(TOP, TESTS, interface, member).0,
            State::Present,
            "{member}"
        );
    }
}

#[test]
fn what_lacks_its_item_or_its_test_is_absent() {
    for (interface, member, reason) in [
        ("RTCThing", "enabled", "no RtcThing::set_enabled"),
        (
            "RTCThing",
            "run",
            "t.rs a_thing_runs does not mention run or Run or set_run",
        ),
        ("RTCThing", "onfail", "ThingEvent has no variant for fail"),
        ("RTCThing", "fail", "ThingEvent has no variant for fail"),
        ("RTCThingInit", "label", "no test has it in its `// api:`"),
        (
            "RTCBase",
            "other",
            "no type RtcBase; no RtcThingInit::other",
        ),
        ("RTCMode", "none", "t.rs a_thing_runs does not mention None"),
    ] {
        let expected = (State::Absent, reason.to_owned());
        assert_eq!(state(TOP, TESTS, interface, member), expected);
    }
}

#[test]
fn an_item_that_becomes_private_makes_its_member_absent() {
    let private = TOP.replace("pub fn id", "fn id");
    assert_eq!(state(&private, TESTS, "RTCThing", "id").0, State::Absent);
    let private = TOP.replace("pub kind", "kind");
    assert_eq!(
        state(&private, TESTS, "RTCThingEvent", "type").0,
        State::Absent
    );
    assert_eq!(
        state(&private, TESTS, "RTCThingEvent", "constructor").0,
        State::Absent
    );
    let renamed = TOP.replace("\"max-fun\"", "\"max\"");
    assert_eq!(
        state(&renamed, TESTS, "RTCMode", "max-fun").0,
        State::Absent
    );
}

#[test]
fn a_test_that_goes_makes_its_member_absent() {
    let untagged = TESTS.replace("RTCThing.id, ", "");
    assert_eq!(state(TOP, &untagged, "RTCThing", "id").0, State::Absent);
    let no_test = TESTS.replacen("#[test]\n", "", 1);
    assert_eq!(state(TOP, &no_test, "RTCThing", "id").0, State::Absent);
}

#[test]
fn only_what_javascript_alone_needs_is_waived() {
    let rows = judged(TOP, TESTS, |judge| judge.rows());
    let waived = rows.iter().filter(|row| row.state == State::Waived);
    let waived: Vec<String> = waived
        .map(|row| format!("{}.{}", row.interface, row.member))
        .collect();
    assert_eq!(
        waived,
        [
            "RTCThing.run with callbacks",
            "RTCThing.ondone",
            "RTCThing.[EventTarget]",
            "RTCThingEvent.[Event]",
            "RTCThingInit.worker",
        ]
    );
    let sum: usize = counts(&rows).iter().sum();
    assert_eq!(sum, rows.len());
}

#[test]
fn a_tag_that_is_no_member_is_named() {
    assert_eq!(
        judged(TOP, TESTS, |judge| judge.unknown_tags()),
        ["RTCThing.typo"]
    );
}
