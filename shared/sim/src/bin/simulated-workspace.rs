//! Serves simulated workspaces and their account on loopback until it is killed.
//!
//! It prints one line of JSON with the addresses, the simulated credentials, and the map that
//! distinguishes resources with the same name. It reports requests that no route matches on stderr.

use std::{
    error::Error,
    sync::{Arc, Mutex},
};

use clap::{Parser, ValueEnum};
use serde_json::json;
use sim::{
    ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Estate, Limits, Served, Settings, Side, WORK_CLIENT_ID, WORK_CLIENT_SECRET,
    World, serve, serve_account,
};
use tokio::net::TcpListener;

/// A pair of simulated Databricks workspaces on loopback.
#[derive(Debug, Parser)]
struct Options {
    /// Port of the first side served. The second side takes the next port, and the account the one
    /// after. 0 chooses free ports.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Seed of the estate and of everything that happens.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Resources that both sides hold.
    #[arg(long, value_enum, default_value_t = Holds::Usual)]
    estate: Holds,
    /// Number of resources on each side. The additional kinds of `everything` come on top.
    #[arg(long, default_value_t = 240)]
    resources: usize,
    /// Virtual seconds per real second.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Sides to serve.
    #[arg(long, value_enum, default_value_t = Sides::Both)]
    side: Sides,
    /// Whether request limits are in force.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    limits: Switch,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sides {
    Primary,
    Standby,
    Both,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Holds {
    /// Jobs, clusters, pools, warehouses and pipelines.
    Usual,
    /// Every other kind as well.
    Everything,
    /// Scheduled jobs of 16 KB each, and nothing else.
    FatJobs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let limits = match options.limits {
        Switch::On => Limits::default(),
        Switch::Off => Limits::off(),
    };
    let settings = Settings { limits, ..Settings::default() };
    let start_ms = jiff::Timestamp::now().as_millisecond();
    let estate = match options.estate {
        Holds::Usual => Estate::generate(options.seed, options.resources),
        Holds::Everything => Estate::everything(options.seed, options.resources),
        Holds::FatJobs => {
            let names: Vec<String> = (0..options.resources).map(|number| format!("job-{number:05}")).collect();
            Estate::of_jobs(&names, &names, 16 * 1024)
        }
    };
    let map = estate.explicit_map().into_iter();
    let map: Vec<_> =
        map.map(|(kind, primary, standby)| json!({ "kind": kind, "primary": primary, "standby": standby })).collect();
    let world = Arc::new(Mutex::new(World::new(options.seed, estate, settings, start_ms)));
    let clock = Served::new(start_ms, options.speed);
    let sides: &[Side] = match options.side {
        Sides::Primary => &[Side::Primary],
        Sides::Standby => &[Side::Standby],
        Sides::Both => &Side::BOTH,
    };
    let work = json!({ "client_id": WORK_CLIENT_ID, "client_secret": WORK_CLIENT_SECRET });
    let mut said = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "work": work, "map": map });
    let mut servers = tokio::task::JoinSet::new();
    for (offset, side) in (0..).zip(sides) {
        let port = if options.port == 0 { 0 } else { options.port + offset };
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        said[side.word()] = json!(format!("http://{}", listener.local_addr()?));
        said["token"][side.word()] = json!(side.personal_token());
        servers.spawn(serve(Arc::clone(&world), *side, listener, clock));
    }
    let port = match (options.port, sides.len()) {
        (0, _) => 0,
        (port, 1) => port + 1,
        (port, _) => port + 2,
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    said["account"] = json!({ "url": format!("http://{}", listener.local_addr()?), "id": ACCOUNT_ID });
    servers.spawn(serve_account(Arc::clone(&world), listener, clock));
    println!("{said}");
    while let Some(ended) = servers.join_next().await {
        ended??;
    }
    Ok(())
}
