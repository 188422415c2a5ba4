//! Checks a pair after a promotion, with an unchanged configuration. Every signal, proposal and message is about the
//! workspace that has the role by the record, and not by the configuration (R44).

use std::sync::Arc;

use async_trait::async_trait;
use engine::Deps;
use engine::detection::{case_of, poll};
use engine::ports::{Admission, Depth, PairHead, Probe, ProbeInfo, Probed, SagaStatus, SideProbe};
use failover::signal::{Origin, Reading};
use failover::verdict::Mode;
use failover::{Operation, Side};
use jiff::Timestamp;
use serde_json::Value;
use signals::{Alarm, Gates};
use tests::pair::{Ground, perform};
use tests::watched::{moved, watched};

/// A probe that the configuration has for a side. It says which workspace it reads.
struct Configured(ProbeInfo);

#[async_trait]
impl Probe for Configured {
    fn info(&self) -> &ProbeInfo {
        &self.0
    }

    async fn look(&self, _: Timestamp, _: &dyn Admission) -> Probed {
        Probed { reading: Reading::Healthy, measured: None, text: self.0.name.clone() }
    }
}

fn probe(side: Side, host: &str) -> SideProbe {
    let (origin, depth, name) = (Origin::Probe, Depth::Shallow, host.to_owned());
    let probe = Configured(ProbeInfo { name, origin, depth, works: false, unit: "ms" });
    SideProbe { side, probe: Arc::new(probe) }
}

#[test]
fn after_a_promotion_support_the_proposal_and_the_probes_name_the_new_primary() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        moved(ground, Operation::Promotion, Side::Primary, &|status| matches!(status, SagaStatus::Finished(_))).await;
        let as_configured = ground.operator.resolve(&PairHead { role_assignment: None, ..ground.pair().await });
        assert_eq!(as_configured.sides().host(Side::Primary), sim::PRIMARY_HOST, "the configuration is as before");
        assert_eq!(ground.pair().await.role_assignment.expect("they are on record").primary, sim::STANDBY_HOST);
        // The hour after the last saga, in which nothing is proposed, has gone by.
        ground.admission(3_700).await;
        ground.captured().await;

        let probes = [Side::Primary, Side::Standby].map(|side| probe(side, as_configured.sides().host(side)));
        let read_purpose = Deps {
            configured: ground.operator.configured.clone().with_probes(probes.to_vec()),
            ..ground.operator.clone()
        };
        poll(&read_purpose, "here").await.expect("the store takes it");
        let tracks = read_purpose.signals.tracks(&read_purpose.pair.name).await.expect("the store answers");
        let about = |host: &str| {
            let track = tracks.iter().find(|item| item.track.about.subject == format!("{host} from here"));
            track.map(|item| item.track.about.side)
        };
        assert_eq!(about(sim::STANDBY_HOST), Some(Side::Primary));
        assert_eq!(about(sim::PRIMARY_HOST), Some(Side::Standby));

        let saga = ground.minutes(6, Reading::Down).await.saga.expect("it fires");
        assert_eq!(case_of(&ground.operator).await.expect("the store answers").side, Side::Primary);
        let about = ground.view(&saga).await.about;
        let hosts: Vec<(Side, &str)> = about.addresses.iter().map(|it| (it.side, it.host.as_str())).collect();
        assert_eq!(hosts, [(Side::Primary, sim::STANDBY_HOST), (Side::Standby, sim::PRIMARY_HOST)]);
        assert_eq!(about.leaving, Side::Primary);

        let mail = ground.stack.mail();
        let to_support = mail.iter().find(|mail| mail.attributes.get("audience").is_some_and(|who| who == "support"));
        let to_support = to_support.expect("support was told");
        for told in [&to_support.subject, &to_support.text] {
            assert!(told.contains(sim::STANDBY_HOST) && !told.contains(sim::PRIMARY_HOST), "{told}");
        }
    });
}

/// An alarm that the configuration gives to its primary watches the workspace that is the standby now.
#[test]
fn after_a_promotion_an_alarm_is_about_the_same_workspace() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        let alarm = Alarm { name: "payments-*".to_owned(), side: Some(Side::Primary), reading: Reading::Down };
        let gates = Gates { doors: Vec::new(), alarms: vec![alarm] };
        let event: Value =
            serde_json::from_str(include_str!("../../../events/cloudwatch_alarm/alarm.json")).expect("JSON");
        let ring = async || {
            signal_function::handle(&ground.operator, &gates, event.clone()).await.expect("the store takes it");
            let tracks = ground.operator.signals.tracks(&ground.operator.pair.name).await.expect("the store answers");
            let alarms = tracks.into_iter().filter(|item| item.track.about.source == "cloudwatch_alarm");
            alarms.map(|item| item.track.about.side).collect::<Vec<Side>>()
        };
        assert_eq!(ring().await, [Side::Primary]);
        moved(ground, Operation::Promotion, Side::Primary, &|status| matches!(status, SagaStatus::Finished(_))).await;
        assert!(ring().await.contains(&Side::Standby));
    });
}
