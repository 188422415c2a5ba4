//! Notifies people of the verdict, and the vendor's support of the trouble (R12, R15).

use failover::plan::GO;
use failover::verdict::{Verdict, sentences};
use saga::SagaId;
use serde::{Deserialize, Serialize};

use super::channels::to_channels;
use crate::deps::Deps;
use crate::ports::{Message, Recipient};
use crate::roles::ResolvedPair;

/// A notice to people. The same notice is not sent twice in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// No signal says anything about the active side.
    Dark,
    /// The verdict has fired, and the policy is `watch`.
    Watching,
    /// The verdict has fired, and no failover could be proposed.
    NotProposed,
    /// The side is well again.
    Well,
}

impl Notice {
    fn subject(self) -> &'static str {
        match self {
            Notice::Dark => "monitoring is dark: nothing is known of the side that works",
            Notice::Watching => "the side that works is taken for lost; the policy is to watch",
            Notice::NotProposed => "the side that works is taken for lost, and NO failover could be proposed",
            Notice::Well => "it is well again",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Notice::Dark => {
                "This is neither healthy nor down, and nothing is proposed. What to do: look whether the function \
                 probe runs, and whether the sources can be reached."
            }
            Notice::Watching => "What to do: look at the evidence. `switchback failover` begins a failover.",
            Notice::NotProposed => {
                "What to do: `switchback plan` says what is in the way. It is tried again every minute."
            }
            Notice::Well => "Nothing is to be done. A question that is still open can be declined.",
        }
    }
}

/// Sends a notice to everybody. A message that is lost is not sent again, since the record and the log have it.
pub(super) async fn tell(deps: &Deps, notice: Notice, verdict: &Verdict) {
    let text = format!("{}\n\n{}\n", sentences(verdict).join("\n"), notice.remedy());
    let message = Message { subject: format!("[{}] {}", deps.pair.name, notice.subject()), text };
    notify_everybody(deps, &message).await;
}

/// Sends a message to everybody, and to the declared channels.
pub(crate) async fn notify_everybody(deps: &Deps, message: &Message) {
    futures::join!(send(deps, &Recipient::Everybody, message), to_channels(deps, message));
}

/// Sends the declared channels a message that a failover is proposed, with the people who were asked. It never
/// contains a link (S23).
pub(super) async fn proposed(deps: &Deps, saga: &SagaId, verdict: &Verdict) {
    let asked = deps.approval_requests.question(saga, GO).await.ok().flatten();
    let names: Vec<&str> = asked.iter().flat_map(|asked| &asked.links).map(|link| link.approver.as_str()).collect();
    let who = if names.is_empty() { "nobody yet".to_owned() } else { names.join(", ") };
    let question = asked.as_ref().map_or_else(String::new, |asked| format!("{}\n\n", asked.text));
    let text = format!(
        "{}\n\n{question}Asked: {who}. `switchback status` tells how it stands.\n",
        sentences(verdict).join("\n")
    );
    let message = Message { subject: format!("[{}] a failover is proposed", deps.pair.name), text };
    to_channels(deps, &message).await;
}

/// Sends the vendor's support an early message, with the facts that they ask for first (R15).
pub(super) async fn support(deps: &ResolvedPair, verdict: &Verdict) {
    let url = deps.sides().address(verdict.side).map_or("", |address| address.url.as_str());
    let since = verdict.noticed_at.unwrap_or(verdict.at);
    let evidence = sentences(verdict).join("\n");
    let text = format!(
        "Workspace {url} ({} of pair {}) has been unwell since {} UTC. Severity: production is down.\n\n{evidence}\n\n\
         Please tell us the state of the workspace's region and control plane, and when you expect it back.\n",
        verdict.side,
        deps.pair.name,
        since.strftime("%Y-%m-%d %H:%M:%S"),
    );
    let message = Message { subject: format!("[{}] the workspace {url} does not work", deps.pair.name), text };
    send(deps, &Recipient::Support, &message).await;
}

async fn send(deps: &Deps, to: &Recipient, message: &Message) {
    if let Err(error) = deps.messenger.send(to, message).await {
        tracing::warn!(code = "NOT-TOLD", ?to, %error, "a notice could not be sent");
    }
}
