//! The example in the README is one that the command accepts.

use rim::Checked;

const README: &str = include_str!("../../../../README.md");

#[test]
fn the_pair_in_the_readme_is_accepted() {
    let (_, rest) = README.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let checked = Checked::parse("pair.toml", example).unwrap();
    assert_eq!((checked.pair.as_str(), checked.config.map.len()), ("payments", 1));
}
