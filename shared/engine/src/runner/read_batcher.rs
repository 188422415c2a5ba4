//! Batches the reads of many steps.
//!
//! A step needs to read its resource, and hundreds of steps of one kind need this at about the same time. If each
//! were read alone, the reads would use up the limit twice. So reads are gathered for a moment: a few are made one by
//! one, and many by one listing. A listing that began after a step asked is as good as a read of its own, so a
//! read-back always began after the call that it confirms (S5).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use jiff::SignedDuration;
use saga::Fault;
use tokio::sync::{Notify, oneshot};

use crate::codes;
use crate::ports::{Admission, Clock, Observed, ReadPurpose, Workspace};

/// Reads are gathered for this time before they are made.
const GATHER: SignedDuration = SignedDuration::from_millis(200);
/// Up to this number of resources are read one by one.
const ONE_BY_ONE: usize = 8;

/// A resource as it was read: by itself, or as a part of a listing that several readers share.
pub(crate) enum Seen {
    /// It was read by itself.
    Alone(Box<Observed>),
    /// It is at this index of the listing.
    Listed(Arc<Vec<Observed>>, usize),
}

impl Seen {
    /// The resource itself, which outlives the listing.
    pub(crate) fn into_observed(self) -> Observed {
        match self {
            Seen::Alone(seen) => *seen,
            Seen::Listed(listed, at) => listed[at].clone(),
        }
    }
}

impl Deref for Seen {
    type Target = Observed;

    fn deref(&self) -> &Observed {
        match self {
            Seen::Alone(seen) => seen,
            Seen::Listed(listed, at) => &listed[*at],
        }
    }
}

/// The answer of a listing, shared by all readers that asked for it.
pub(crate) type Listed = Result<Arc<Vec<Observed>>, Fault>;
type Found = Result<Option<Seen>, Fault>;
type Key = (&'static str, ReadPurpose);

/// The read batcher of one workspace.
pub(crate) struct ReadBatcher {
    clock: Arc<dyn Clock>,
    workspace: Arc<dyn Workspace>,
    admission: Arc<dyn Admission>,
    queue: Mutex<BTreeMap<Key, Queue>>,
    arrived: Notify,
}

#[derive(Default)]
struct Queue {
    ones: Vec<(String, oneshot::Sender<Found>)>,
    alls: Vec<oneshot::Sender<Listed>>,
    known: Option<usize>,
}

impl ReadBatcher {
    pub(crate) fn new(clock: Arc<dyn Clock>, workspace: Arc<dyn Workspace>, admission: Arc<dyn Admission>) -> Self {
        Self { clock, workspace, admission, queue: Mutex::new(BTreeMap::new()), arrived: Notify::new() }
    }

    /// Reads one resource. Answers only while [`ReadBatcher::run`] is polled.
    pub(crate) async fn one(&self, kind: &str, id: &str, read_purpose: ReadPurpose) -> Found {
        let key = self.key(kind, read_purpose)?;
        let (tell, told) = oneshot::channel();
        self.lock().entry(key).or_default().ones.push((id.to_owned(), tell));
        self.arrived.notify_one();
        told.await.unwrap_or_else(|_| Err(dropped(kind)))
    }

    /// Lists a kind. Answers only while [`ReadBatcher::run`] is polled.
    pub(crate) async fn all(&self, kind: &str, read_purpose: ReadPurpose) -> Listed {
        let key = self.key(kind, read_purpose)?;
        let (tell, told) = oneshot::channel();
        self.lock().entry(key).or_default().alls.push(tell);
        self.arrived.notify_one();
        told.await.unwrap_or_else(|_| Err(dropped(kind)))
    }

    /// Makes the reads that are asked for, for ever.
    pub(crate) async fn run(&self) {
        let mut busy: BTreeSet<Key> = BTreeSet::new();
        let mut rounds = FuturesUnordered::new();
        loop {
            for key in self.asked().into_iter().filter(|key| !busy.contains(key)).collect::<Vec<_>>() {
                busy.insert(key);
                rounds.push(self.round(key));
            }
            tokio::select! {
                biased;
                Some(key) = rounds.next(), if !rounds.is_empty() => { busy.remove(&key); }
                () = self.arrived.notified() => {}
            }
        }
    }

    async fn round(&self, key: Key) -> Key {
        let (kind, read_purpose) = key;
        let until = self.clock.now().saturating_add(GATHER).unwrap_or(jiff::Timestamp::MAX);
        self.clock.sleep_until(until).await;
        let (ones, alls, known) = {
            let mut queues = self.lock();
            let queue = queues.entry(key).or_default();
            (std::mem::take(&mut queue.ones), std::mem::take(&mut queue.alls), queue.known)
        };
        let page = self.workspace.kinds().iter().find(|k| k.name == kind).map_or(1, |k| k.page.max(1)) as usize;
        let pages = known.map_or(1, |known| known.div_ceil(page));
        if alls.is_empty() && (ones.len() <= ONE_BY_ONE || ones.len() < pages) {
            join_all(ones.into_iter().map(|(id, tell)| self.tell_one(kind, read_purpose, id, tell))).await;
            return key;
        }
        match self.workspace.list(kind, read_purpose, &*self.admission).await {
            Ok(listed) => {
                if let Some(queue) = self.lock().get_mut(&key) {
                    queue.known = Some(listed.len());
                }
                self.tell_listed(kind, read_purpose, Arc::new(listed), ones, alls).await;
            }
            Err(fault) => {
                // A reader that is gone no longer needs the answer.
                ones.into_iter().for_each(|(_, tell)| drop(tell.send(Err(fault.clone()))));
                alls.into_iter().for_each(|tell| drop(tell.send(Err(fault.clone()))));
            }
        }
        key
    }

    async fn tell_listed(
        &self,
        kind: &'static str,
        read_purpose: ReadPurpose,
        listed: Arc<Vec<Observed>>,
        ones: Vec<(String, oneshot::Sender<Found>)>,
        alls: Vec<oneshot::Sender<Listed>>,
    ) {
        let asked: HashSet<&str> = ones.iter().map(|(id, _)| id.as_str()).collect();
        let found = listed.iter().enumerate().filter_map(|(at, seen)| Some((*asked.get(seen.id.as_str())?, at)));
        let found: HashMap<&str, usize> = found.collect();
        let places: Vec<Option<usize>> = ones.iter().map(|(id, _)| found.get(id.as_str()).copied()).collect();
        let mut unseen = Vec::new();
        for ((id, tell), place) in ones.into_iter().zip(places) {
            match place {
                Some(at) => drop(tell.send(Ok(Some(Seen::Listed(Arc::clone(&listed), at))))),
                // A listing shows only what we may see. Only a read of the resource itself distinguishes "deleted"
                // from "hidden".
                None => unseen.push((id, tell)),
            }
        }
        alls.into_iter().for_each(|tell| drop(tell.send(Ok(Arc::clone(&listed)))));
        join_all(unseen.into_iter().map(|(id, tell)| self.tell_one(kind, read_purpose, id, tell))).await;
    }

    async fn tell_one(&self, kind: &'static str, read_purpose: ReadPurpose, id: String, tell: oneshot::Sender<Found>) {
        let looked = self.workspace.look(kind, &id, read_purpose, &*self.admission).await;
        drop(tell.send(looked.map(|seen| seen.map(|seen| Seen::Alone(Box::new(seen))))));
    }

    fn asked(&self) -> Vec<Key> {
        let queues = self.lock();
        queues.iter().filter(|(_, q)| !q.ones.is_empty() || !q.alls.is_empty()).map(|(key, _)| *key).collect()
    }

    fn key(&self, kind: &str, read_purpose: ReadPurpose) -> Result<Key, Fault> {
        let info = self.workspace.kinds().iter().find(|k| k.name == kind);
        let unknown = || Fault::person_needed(codes::UNKNOWN_STEP, format!("this program knows no kind {kind:?}"));
        Ok((info.ok_or_else(unknown)?.name, read_purpose))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Queue>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn dropped(kind: &str) -> Fault {
    Fault::again(codes::STILL_CHANGING, format!("the look at kind {kind} was given up"))
}
