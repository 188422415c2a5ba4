//! Gives the tests a served pair, a folder with its configuration, and the command.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use engine::Deps;
use runtime::{Checked, SystemClock};
use serde_json::Value;
use sim::{CLIENT_ID, CLIENT_SECRET, Estate, Served, Settings, Side, World, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// The pair's name. A person types it to approve.
pub(crate) const PAIR: &str = "payments";
/// The store, beside the configuration.
pub(crate) const STORE: &str = "embedded:pair.store";

/// A pair of workspaces on loopback, and a folder to work in.
pub(crate) struct Ground {
    pub(crate) clock: Served,
    folder: TempDir,
    world: Arc<Mutex<World>>,
    runtime: Runtime,
    listeners: [std::net::TcpListener; 2],
    serving: Mutex<[Option<JoinHandle<()>>; 2]>,
}

impl Ground {
    /// Serves a pair with a time that runs `speed` times as fast as real time.
    pub(crate) fn new(estate: Estate, settings: Settings, speed: f64) -> Self {
        let start_ms = jiff::Timestamp::now().as_millisecond();
        let map = estate.explicit_map();
        let listeners = Side::BOTH.map(|_| {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            listener
        });
        let ground = Self {
            clock: Served::new(start_ms, speed),
            folder: TempDir::new().unwrap(),
            world: Arc::new(Mutex::new(World::new(1, estate, settings, start_ms))),
            runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap(),
            listeners,
            serving: Mutex::new([None, None]),
        };
        Side::BOTH.into_iter().for_each(|side| ground.answers(side));
        ground.write("secret", CLIENT_SECRET);
        ground.write("pair.toml", &ground.configuration(&map));
        ground
    }

    /// A configuration with durations that suit a fast world.
    fn configuration(&self, map: &[(String, String, String)]) -> String {
        let mut text = format!("pair = \"{PAIR}\"\n");
        for (side, listener) in Side::BOTH.iter().zip(&self.listeners) {
            let (side, address) = (side.word(), listener.local_addr().unwrap());
            let secret = "client_secret = { file = \"secret\" }";
            writeln!(text, "\n[{side}]\nurl = \"http://{address}\"\nclient_id = \"{CLIENT_ID}\"\n{secret}").unwrap();
        }
        text.push_str(
            "\n[runner]\nlease_seconds = 1.5\nskew_seconds = 0.1\ncall_time_out_seconds = 0.6\n\
             dead_time_out_seconds = 0.3\npursuit_interval_seconds = 1\nlongest_pause_seconds = 1\n\n[limits]\n",
        );
        let known = |family: &&&str| databricks::FAMILIES.iter().any(|known| known.name == **family);
        for family in sim::FAMILIES.iter().filter(known) {
            writeln!(text, "\"{family}\" = 300.0").unwrap();
        }
        for (kind, primary, standby) in map {
            let entry = format!("kind = \"{kind}\"\nprimary = \"{primary}\"\nstandby = \"{standby}\"");
            writeln!(text, "\n[[map]]\n{entry}").unwrap();
        }
        text
    }

    /// Makes a side answer, again.
    pub(crate) fn answers(&self, side: Side) {
        let (world, clock) = (Arc::clone(&self.world), self.clock);
        self.instead(side, |listener| async move { drop(serve(world, side, listener, clock).await) });
    }

    /// Makes a side accept connections and never answer.
    pub(crate) fn is_silent(&self, side: Side) {
        self.instead(side, |listener| async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        });
    }

    fn instead<F: Future<Output = ()> + Send + 'static>(&self, side: Side, serving: impl FnOnce(TcpListener) -> F) {
        let mut all = self.serving.lock().unwrap();
        if let Some(before) = all[side as usize].take() {
            before.abort();
            // The old listener shares the socket, so it must be gone before another one accepts.
            drop(self.runtime.block_on(before));
        }
        let _entered = self.runtime.enter();
        let listener = TcpListener::from_std(self.listeners[side as usize].try_clone().unwrap()).unwrap();
        all[side as usize] = Some(self.runtime.spawn(serving(listener)));
    }

    /// The true state of the world now.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap();
        world.advance(self.clock.now_ms());
        world
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a text that the configuration must contain.
    pub(crate) fn reconfigure(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("pair.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.write("pair.toml", &text.replacen(from, to, 1));
    }

    /// Everything in the folder, byte for byte.
    pub(crate) fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut all, mut folders) = (BTreeMap::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    all.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        all
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
        command.args(words).current_dir(self.folder.path()).env("USER", "ann").stdin(Stdio::null());
        command
    }

    /// Runs a command of the pair to its end.
    pub(crate) fn run(&self, words: &[&str]) -> CommandOutput {
        CommandOutput::of(&self.command(words).output().unwrap())
    }

    /// The same, for a command with the arguments for the pair and its store.
    pub(crate) fn of_pair(&self, words: &[&str]) -> CommandOutput {
        self.run(&[words, &["--config", "pair.toml", "--store", STORE]].concat())
    }

    /// The same, in a process with a limit for its data, in megabytes.
    pub(crate) fn limited(&self, megabytes: u32, words: &[&str]) -> CommandOutput {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("ulimit -d {} && exec \"$0\" \"$@\"", megabytes * 1024));
        command.arg(env!("CARGO_BIN_EXE_switchback")).args(words).args(["--config", "pair.toml", "--store", STORE]);
        command.current_dir(self.folder.path()).env("USER", "ann").stdin(Stdio::null());
        CommandOutput::of(&command.output().unwrap())
    }

    /// Begins a command of the pair. Its messages go to a file.
    pub(crate) fn begin(&self, words: &[&str], talk: &str) -> Child {
        let words = [words, &["--config", "pair.toml", "--store", STORE]].concat();
        let talk = fs::OpenOptions::new().create(true).append(true).open(self.path(talk)).unwrap();
        self.command(&words).stdout(Stdio::null()).stderr(talk).spawn().unwrap()
    }

    /// The messages in a file so far.
    pub(crate) fn told_in(&self, talk: &str) -> String {
        fs::read_to_string(self.path(talk)).unwrap_or_default()
    }

    /// The ports, to read the record.
    pub(crate) fn deps(&self) -> Deps {
        let secret = self.path("secret").display().to_string();
        let text = fs::read_to_string(self.path("pair.toml")).unwrap().replace("\"secret\"", &format!("{secret:?}"));
        let checked = Checked::parse("pair.toml", &text).unwrap();
        let ports = local::file_store::open(&self.path("pair.store")).unwrap();
        runtime::boot::deps(&checked, Arc::new(SystemClock::start()), ports).unwrap()
    }

    /// Waits for something on this thread.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

/// The output of a command, and its exit code.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub(crate) code: Option<i32>,
    pub(crate) data: String,
    pub(crate) talk: String,
}

impl CommandOutput {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let output = Self { code: output.status.code(), data: text(&output.stdout), talk: text(&output.stderr) };
        output.holds_no_secret();
        output
    }

    /// Checks that no secret is shown (S23), for every command.
    fn holds_no_secret(&self) {
        for secret in [CLIENT_SECRET, sim::PRIMARY_TOKEN, sim::STANDBY_TOKEN] {
            assert!(!self.data.contains(secret) && !self.talk.contains(secret), "a secret was told");
        }
    }

    /// The data, as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Checks that it ended with this code, and wrote these texts to stdout or stderr.
    pub(crate) fn ends(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for text in texts {
            assert!(self.talk.contains(text) || self.data.contains(text), "{text:?} is not told: {self:#?}");
        }
    }
}

/// Checks that no file below the folder holds a secret.
pub(crate) fn hold_no_secret(contents: &BTreeMap<PathBuf, Vec<u8>>) {
    for (path, bytes) in contents.iter().filter(|(path, _)| path.file_name() != Some(Path::new("secret").as_os_str())) {
        let found = bytes.windows(CLIENT_SECRET.len()).any(|window| window == CLIENT_SECRET.as_bytes());
        assert!(!found, "a secret stands in {}", path.display());
    }
}

/// Waits until a condition holds that comes by itself.
pub(crate) fn until(holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}
