//! Cuts lines into chunks that fit into one item each (S25). Pure.

use saga::{ControlEvent, Event, Line};

/// The lines in their order, cut so that no chunk has more than `most` bytes. The line that ends an order is in one
/// chunk with the line before it.
pub(super) fn chunks(lines: Vec<Line>, most: usize) -> Vec<Vec<Line>> {
    let mut chunks: Vec<Vec<Line>> = Vec::new();
    let mut room = 0;
    for unit in units(lines) {
        let bytes = unit.iter().map(bytes).sum();
        match chunks.last_mut() {
            Some(chunk) if bytes <= room => {
                room -= bytes;
                chunk.extend(unit);
            }
            Some(_) | None => {
                room = most.saturating_sub(bytes);
                chunks.push(unit);
            }
        }
    }
    chunks
}

/// Lines that must not be cut apart.
fn units(lines: Vec<Line>) -> Vec<Vec<Line>> {
    let mut units: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        match units.last_mut() {
            Some(unit) if matches!(line.event, Event::Control(ControlEvent::TakenIn { .. })) => unit.push(line),
            Some(_) | None => units.push(vec![line]),
        }
    }
    units
}

fn bytes(line: &Line) -> usize {
    // A line is plain data with string keys, which always serializes.
    serde_json::to_vec(line).map_or(0, |json| json.len())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use saga::bounds::TEXT;
    use saga::{Chain, StepEvent, StepId};

    use super::*;

    const CHUNK: usize = 160 * 1024;

    fn line(chain: &mut Chain, text: &str, repeats: usize, ends_order: bool) -> Line {
        let event = if ends_order {
            Event::Control(ControlEvent::TakenIn { control: text.to_owned() })
        } else {
            let step = StepId { stage: 0, number: 0 };
            Event::Step(StepEvent::Waived { step, by: "ann".to_owned(), why: text.repeat(repeats) }).capped()
        };
        chain.link(Timestamp::UNIX_EPOCH, 1, event)
    }

    proptest! {
        /// S25: no line is lost or moved, no chunk is too long, and no order is separated from its end.
        #[test]
        fn lines_are_cut_by_bytes_and_orders_stay_whole(
            drawn in vec((".{1,4}", 0_usize..6_000, prop::bool::weighted(0.2)), 0..300)
        ) {
            let mut chain = Chain::default();
            let lines: Vec<Line> =
                drawn.iter().map(|(text, repeats, ends)| line(&mut chain, text, *repeats, *ends)).collect();
            let cut = chunks(lines.clone(), CHUNK);
            prop_assert_eq!(cut.concat(), lines);
            for (place, chunk) in cut.iter().enumerate() {
                prop_assert!(!chunk.is_empty());
                let torn = place > 0 && matches!(chunk[0].event, Event::Control(ControlEvent::TakenIn { .. }));
                prop_assert!(!torn, "chunk {} begins with the end of an order", place);
                // A run of lines that only end orders is one unit, and short.
                let bytes: usize = chunk.iter().map(bytes).sum();
                prop_assert!(bytes <= CHUNK, "chunk {} has {} bytes", place, bytes);
            }
            // Every cut was needed.
            for pair in cut.windows(2) {
                let next = units(pair[1].clone()).swap_remove(0);
                let both: usize = pair[0].iter().chain(&next).map(bytes).sum();
                prop_assert!(both > CHUNK);
            }
        }

        #[test]
        fn the_longest_event_fits_into_a_chunk_many_times(text in ".{1,4}") {
            let long = line(&mut Chain::default(), &text, TEXT, false);
            prop_assert!(bytes(&long) * 5 <= CHUNK);
        }
    }
}
