//! Checks forged tokens: all of them get the same page, whatever is wrong with them, and nothing is written.

use std::time::{Duration, Instant};

use engine::approvals::token::{self, Claims, Key};
use local::stack::PAIR;
use saga::SagaId;
use secrecy::{ExposeSecret, SecretString};
use tests::browser::{Page, perform};
use tests::people::code;
use tests::question::{Ground, KEY};

/// Number of tokens that are tried.
const TRIED: u64 = 100_000;

/// Pseudo-random numbers that are the same in every run (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    fn letter(&mut self) -> u8 {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=%+/ "[self.below(70)]
    }
}

/// A token that is made from a real one, or from nothing.
fn fuzzed(real: &str, chance: &mut Chance) -> String {
    let mut bytes = real.as_bytes().to_vec();
    match chance.below(6) {
        0 => bytes.truncate(chance.below(real.len())),
        1 => drop(bytes.remove(chance.below(real.len()))),
        2 => bytes.insert(chance.below(real.len()), chance.letter()),
        3 => {
            let other = chance.below(real.len());
            let place = chance.below(real.len());
            bytes.swap(place, other);
        }
        4 => bytes = (0..chance.below(300)).map(|_| chance.letter()).collect(),
        _ => {
            for _ in 0..=chance.below(4) {
                let place = chance.below(real.len());
                bytes[place] = chance.letter();
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn claims(ground: &Ground, saga: &SagaId) -> Claims {
    let real = token::read(&[key("2026-1", KEY)], &ground.token("ana")).unwrap();
    Claims { saga: saga.clone(), ..real }
}

fn key(id: &str, secret: &str) -> Key {
    Key { id: id.to_owned(), secret: SecretString::from(secret.to_owned()) }
}

fn signed(key: &Key, claims: &Claims) -> String {
    token::make(key, claims).unwrap().expose_secret().to_owned()
}

#[test]
fn a_hundred_thousand_tokens_that_are_none_get_one_page_and_no_write() {
    perform(1, async |ground| {
        let real = [ground.token("ana"), ground.token("ben")];
        let page = ground.get("nothing").await;
        assert_eq!(page.status, 404);
        let writes = ground.stack.writes();
        let mut chance = Chance(20_260_105);
        for number in 0..TRIED {
            let of = &real[usize::from(number % 2 == 1)];
            let token = fuzzed(of, &mut chance);
            if real.contains(&token) {
                continue;
            }
            let got = match number % 3 {
                0 => ground.answer(&token, PAIR, &code("ana"), "approve").await,
                _ => ground.get(&token).await,
            };
            assert_eq!((got.status, got.text == page.text), (404, true), "{token}");
        }
        assert_eq!(ground.stack.writes(), writes);
    });
}

#[test]
fn well_made_tokens_that_are_none_of_ours_get_the_same_page() {
    perform(1, async |ground| {
        let page = ground.get("nothing").await;
        let writes = ground.stack.writes();
        let (ours, others) = (claims(ground, &ground.saga), claims(ground, &SagaId("payments-1".to_owned())));
        let forged = [
            signed(&key("2026-1", "another key of thirty-two bytes!"), &ours),
            signed(&key("2025-9", KEY), &ours),
            signed(&key("2026-1", ""), &ours),
            // The saga is unknown, and our key has signed it.
            signed(&key("2026-1", KEY), &others),
            "x".repeat(100_000),
        ];
        for token in forged {
            for got in [ground.get(&token).await, ground.answer(&token, PAIR, &code("ana"), "approve").await] {
                assert_eq!((got.status, &got.text), (404, &page.text));
            }
        }
        assert_eq!(ground.stack.writes(), writes);
        assert_eq!(headers(&page), headers(&ground.get(&ground.token("ana")).await), "no header tells either");
    });
}

fn headers(page: &Page) -> String {
    page.whole["headers"].to_string()
}

#[test]
fn how_long_it_takes_does_not_tell_what_is_wrong_with_a_token() {
    perform(1, async |ground| {
        let real = ground.token("ana");
        let mut wrong_code = real.clone();
        let last = if real.ends_with('A') { 'E' } else { 'A' };
        wrong_code.replace_range(real.len() - 1.., &last.to_string());
        let kinds = [
            wrong_code,
            real[..real.len() / 2].to_owned(),
            real.replacen("2026-1", "2025-9", 1),
            signed(&key("2026-1", "another key of thirty-two bytes!"), &claims(ground, &ground.saga)),
        ];
        let mut took: [Vec<Duration>; 4] = Default::default();
        for _ in 0..2_000 {
            for (token, took) in kinds.iter().zip(&mut took) {
                let began = Instant::now();
                let page = ground.get(token).await;
                took.push(began.elapsed());
                assert_eq!(page.status, 404);
            }
        }
        let medians = took.map(|mut took| {
            took.sort();
            took[took.len() / 2]
        });
        let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
        assert!(*most < *least * 2, "{medians:?}");
    });
}
