use proptest::collection::vec;
use proptest::prelude::*;
use stonechat_sansio::{Frame, Full, Overhead};

/// What may be done with a frame.
#[derive(Clone, Debug)]
enum Step {
    Put(usize),
    Write(usize),
    Truncate(usize),
    Narrow(usize),
    Inner {
        overhead: (usize, usize),
        steps: Vec<Self>,
        tail: usize,
        end: End,
    },
}

/// How an inner frame ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Sealed,
    Committed,
    Dropped,
}

fn step() -> impl Strategy<Value = Step> {
    let leaf = prop_oneof![
        (0..40_usize).prop_map(Step::Put),
        (0..40_usize).prop_map(Step::Write),
        (0..60_usize).prop_map(Step::Truncate),
        (0..120_usize).prop_map(Step::Narrow),
    ];
    let end = prop_oneof![Just(End::Sealed), Just(End::Committed), Just(End::Dropped)];
    leaf.prop_recursive(4, 40, 8, move |inner| {
        (
            (0..12_usize, 0..12_usize),
            vec(inner, 0..8),
            0..16_usize,
            end.clone(),
        )
            .prop_map(|(overhead, steps, tail, end)| Step::Inner {
                overhead,
                steps,
                tail,
                end,
            })
    })
}

/// A frame as a list of its own: octets, and how many there may be.
struct Model {
    body: Vec<u8>,
    limit: usize,
}

impl Model {
    fn remaining(&self) -> usize {
        self.limit.saturating_sub(self.body.len())
    }
}

/// Does the same to both, and compares after each step.
fn run(frame: &mut Frame<'_>, model: &mut Model, steps: &[Step], next: &mut u8) {
    for step in steps {
        match step {
            Step::Put(len) => {
                *next = next.wrapping_add(1);
                let octets = vec![*next; *len];
                let fits = *len <= model.remaining();
                assert_eq!(
                    frame.put_slice(&octets),
                    if fits { Ok(()) } else { Err(Full) }
                );
                if fits {
                    model.body.extend(octets);
                }
            }
            Step::Write(len) => {
                *next = next.wrapping_add(1);
                let fits = *len <= model.remaining();
                let written = frame.put(*len, |out| {
                    assert!(out.iter().all(|octet| *octet == 0) && out.len() == *len);
                    out.fill(*next);
                });
                assert_eq!(written, if fits { Ok(()) } else { Err(Full) });
                if fits {
                    model.body.resize(model.body.len() + *len, *next);
                }
            }
            Step::Truncate(len) => {
                frame.truncate(*len);
                model.body.truncate(*len);
            }
            Step::Narrow(budget) => {
                frame.narrow(*budget);
                model.limit = model.limit.min(model.body.len() + *budget);
            }
            Step::Inner {
                overhead,
                steps,
                tail,
                end,
            } => {
                inner(frame, model, *overhead, steps, *tail, *end, next);
            }
        }
        assert_eq!(frame.body(), model.body);
        assert_eq!(frame.len(), model.body.len());
        assert_eq!(frame.is_empty(), model.body.is_empty());
        assert_eq!(frame.remaining(), model.remaining());
    }
}

fn inner(
    frame: &mut Frame<'_>,
    model: &mut Model,
    (head, tail): (usize, usize),
    steps: &[Step],
    tail_len: usize,
    end: End,
    next: &mut u8,
) {
    let reserved = frame.reserve(Overhead::new(head, tail));
    assert_eq!(reserved.is_some(), head + tail <= model.remaining());
    let Some(mut reserved) = reserved else { return };
    let limit = model.limit - model.body.len() - head - tail;
    let mut within = Model {
        body: Vec::new(),
        limit,
    };
    run(&mut reserved, &mut within, steps, next);
    match end {
        End::Dropped => {}
        End::Committed => {
            reserved.commit();
            model.body.resize(model.body.len() + head, 0);
            model.body.extend(&within.body);
        }
        End::Sealed => {
            let (before, body, after) = reserved.seal(tail_len);
            assert_eq!((before.len(), after.len()), (head, tail_len.min(tail)));
            assert_eq!(body, within.body);
            before.fill(0xaa);
            after.fill(0xbb);
            reserved.commit();
            model.body.resize(model.body.len() + head, 0xaa);
            model.body.extend(&within.body);
            model
                .body
                .resize(model.body.len() + tail_len.min(tail), 0xbb);
        }
    }
}

proptest! {
    #[test]
    fn a_frame_does_what_a_list_of_its_own_would(
        before in vec(any::<u8>(), 0..20),
        budget in 0..200_usize,
        steps in vec(step(), 0..24),
        commit in any::<bool>(),
    ) {
        let mut buffer = before.clone();
        let mut frame = Frame::new(&mut buffer, budget);
        let mut model = Model { body: Vec::new(), limit: budget };
        run(&mut frame, &mut model, &steps, &mut 0);
        if commit {
            frame.commit();
            prop_assert_eq!(buffer, [before, model.body].concat());
        } else {
            drop(frame);
            prop_assert_eq!(buffer, before);
        }
    }
}
