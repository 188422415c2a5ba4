//! The messages to people, and their occasions (R25, R42).
//!
//! Each text says what happened, what it means for its reader, and what to do. A channel may have its own words in
//! its settings, in a member with the name of the occasion, e.g. `moving` or `switched_on`. The placeholders are
//! those of [`sample`].

use serde_json::{Value, json};

use crate::action::Wording;

/// An occasion on which people get a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The work is leaving its side.
    Moving,
    /// The work is on the target.
    Moved,
    /// Something was switched on again on the side that was left, and is being fenced.
    SwitchedOn,
    /// The work will move in a planned window.
    Planned,
    /// The work is back on the primary.
    Home,
    /// The target is the primary now.
    Promoted,
}

const MOVING: (&str, &str) = (
    "[{{ pair }}] the work is moving from the {{ leaving }} to the {{ target }}",
    "The Databricks work of {{ pair }} is leaving the {{ leaving }} ({{ leaving_url }}) for the {{ target }} \
     ({{ target_url }}).\n\
     What to do: stop working on the {{ leaving }}, start nothing there, and deploy nothing to either side until the \
     next message. Jobs are started on the {{ target }} by Switchback; do not start them by hand.\n\
     Saga {{ saga }}.\n",
);

const MOVED: (&str, &str) = (
    "[{{ pair }}] the work is on the {{ target }} now: {{ target_url }}",
    "The Databricks work of {{ pair }} is on the {{ target }} now. New address: {{ target_url }}\n\
     What to do: use this address. Check what you own there, and tell the platform team what is missing.\n\
     {% if temporary %}The {{ target }} is a temporary place: make no new notebooks, jobs or tables there that \
     should last; what must be made is listed and carried back by hand.\n{% endif %}\
     {{ done }} of {{ total }} steps are done{% if blocked %}, {{ blocked }} need a person{% endif %}\
     {% if pursued %}; {{ pursued }} things on the {{ leaving }} are still being fenced{% endif %}.\n\
     Saga {{ saga }}.\n",
);

const SWITCHED_ON: (&str, &str) = (
    "[{{ pair }}] {{ findings }} things were switched on again on the {{ leaving }}",
    "The {{ leaving }} of {{ pair }} is fenced, and {{ findings }} things there were switched on again. Switchback is \
     fencing them.\n\
     What to do: find who or what switches them on, usually a deployment that writes to {{ leaving_url }}, and point \
     it at {{ target_url }} or stop it. `switchback status --saga {{ saga }}` names each of them.\n",
);

const PLANNED: (&str, &str) = (
    "[{{ pair }}] the work will move from the {{ leaving }} to the {{ target }}, from {{ window_from }}",
    "The Databricks work of {{ pair }} will move from the {{ leaving }} ({{ leaving_url }}) to the {{ target }} \
     ({{ target_url }}) between {{ window_from }} and {{ window_until }}.\n\
     What to do: let nothing that matters run across that time, and plan no deployment into it. Work that runs then is \
     stopped and run again on the {{ target }}.\n\
     Saga {{ saga }}.\n",
);

const HOME: (&str, &str) = (
    "[{{ pair }}] the work is back on the {{ target }}: {{ target_url }}",
    "The Databricks work of {{ pair }} is back on the {{ target }}. Address: {{ target_url }}\n\
     What to do: use this address. What was made on the {{ leaving }} meanwhile stays there and stands still: \
     `switchback status --saga {{ saga }}` lists it; deploy what shall last to the {{ target }}.\n\
     {{ done }} of {{ total }} steps are done{% if blocked %}, {{ blocked }} need a person{% endif %}.\n\
     Saga {{ saga }}.\n",
);

const PROMOTED: (&str, &str) = (
    "[{{ pair }}] the primary is {{ target_url }} now, for good",
    "The Databricks work of {{ pair }} stays where it is now: {{ target_url }} is the primary from here on, and \
     {{ leaving_url }} becomes the standby when it is ready.\n\
     What to do: use the new address everywhere, also in deployments. It is no temporary place.\n\
     {{ done }} of {{ total }} steps are done{% if blocked %}, {{ blocked }} need a person{% endif %}\
     {% if pursued %}; {{ pursued }} things on the side that was left are still being seen to{% endif %}.\n\
     Saga {{ saga }}.\n",
);

impl Occasion {
    /// All occasions.
    pub const ALL: [Occasion; 6] = [
        Occasion::Moving,
        Occasion::Moved,
        Occasion::SwitchedOn,
        Occasion::Planned,
        Occasion::Home,
        Occasion::Promoted,
    ];

    /// The member of a channel's settings that has its own words for this occasion.
    pub fn as_str(self) -> &'static str {
        match self {
            Occasion::Moving => "moving",
            Occasion::Moved => "moved",
            Occasion::SwitchedOn => "switched_on",
            Occasion::Planned => "planned",
            Occasion::Home => "home",
            Occasion::Promoted => "promoted",
        }
    }

    /// The words for the occasion: the channel's own, or the usual ones.
    pub fn wording(self, settings: &Value) -> Wording {
        let (subject, text) = match self {
            Occasion::Moving => MOVING,
            Occasion::Moved => MOVED,
            Occasion::SwitchedOn => SWITCHED_ON,
            Occasion::Planned => PLANNED,
            Occasion::Home => HOME,
            Occasion::Promoted => PROMOTED,
        };
        let own = |part: &str| settings.get(self.as_str()).and_then(|own| own.get(part)).and_then(Value::as_str);
        Wording { subject: own("subject").unwrap_or(subject).to_owned(), text: own("text").unwrap_or(text).to_owned() }
    }
}

/// Every placeholder that a message may name, with an example value.
pub fn sample() -> Value {
    json!({
        "pair": "payments",
        "saga": "payments-20260105T082333Z",
        "leaving": "primary",
        "leaving_url": "https://one.cloud.example",
        "target": "standby",
        "target_url": "https://two.cloud.example",
        "target_host": "two.cloud.example",
        "temporary": true,
        "planned": false,
        "total": 12,
        "done": 10,
        "blocked": 1,
        "pursued": 1,
        "findings": 3,
        "window_from": "2026-01-10T02:00:00Z",
        "window_until": "2026-01-10T06:00:00Z",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::fill;

    #[test]
    fn a_message_says_what_happened_what_to_do_and_the_new_address() {
        let wording = Occasion::Moved.wording(&Value::Null);
        let text = fill(&wording.text, &sample()).unwrap();
        for part in ["https://two.cloud.example", "What to do:", "make no new notebooks", "1 need a person"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let moving = fill(&Occasion::Moving.wording(&Value::Null).text, &sample()).unwrap();
        assert!(moving.contains("start nothing there") && moving.contains("https://one.cloud.example"), "{moving}");
    }

    #[test]
    fn at_home_nobody_is_told_that_the_place_is_temporary() {
        let mut at_home = sample();
        at_home["temporary"] = json!(false);
        let text = fill(&Occasion::Moved.wording(&Value::Null).text, &at_home).unwrap();
        assert!(!text.contains("temporary"), "{text}");
    }

    #[test]
    fn a_channel_may_bring_its_own_words() {
        let own = json!({ "moved": { "subject": "now on {{ target }}" } });
        let wording = Occasion::Moved.wording(&own);
        assert_eq!(wording.subject, "now on {{ target }}");
        assert!(wording.text.contains("New address"));
    }
}
