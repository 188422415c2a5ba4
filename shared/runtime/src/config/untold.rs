//! Removes the values of the file from error messages (S23).
//!
//! A library's message about a value of the wrong type repeats the value. In the wrong place every value may be a
//! secret. So the error gives the line of the file instead, where the value can be read.

/// The words that libraries use for the values that they repeat [docs: serde, `de::Unexpected`].
const KINDS: [&str; 9] =
    ["boolean", "integer", "floating point", "character", "string", "byte array", "sequence", "map", "unit value"];
/// The beginnings of such messages, each with its replacement.
const BEGINNINGS: [(&str, &str); 3] = [
    ("invalid type: ", "invalid type: "),
    ("invalid value: ", "invalid value: "),
    ("unknown variant ", "unknown value"),
];
/// These words follow the value.
const WANTED: &str = ", expected ";

/// The message without the value that it is about.
pub(super) fn without_values(message: &str) -> String {
    let begins = BEGINNINGS.iter().filter_map(|(begins, told)| Some((message.find(begins)?, begins.len(), *told)));
    let Some((at, length, told)) = begins.min() else { return message.to_owned() };
    let value = &message[at + length..];
    let kind = KINDS.iter().find(|kind| value.starts_with(**kind)).copied().unwrap_or_default();
    // The last occurrence counts, because the value itself may contain these words.
    let wanted = value.rfind(WANTED).map_or("", |place| &value[place..]);
    format!("{}{told}{kind}{wanted}", &message[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_left_out_and_the_rest_is_told() {
        let told = [
            ("invalid type: string \"dapi0\", expected f64", "invalid type: string, expected f64"),
            (
                "endpoint \"bi\": invalid type: integer `42`, expected a map",
                "endpoint \"bi\": invalid type: integer, expected a map",
            ),
            ("invalid type: string \"a, expected b\", expected u16", "invalid type: string, expected u16"),
            ("unknown variant `dapi0`, expected `aws` or `azure`", "unknown value, expected `aws` or `azure`"),
            ("invalid value: string \"dapi0\"", "invalid value: string"),
            ("unknown field `tokn`, expected `token`", "unknown field `tokn`, expected `token`"),
            ("missing field `url`", "missing field `url`"),
        ];
        for (message, wanted) in told {
            assert_eq!(without_values(message), wanted);
        }
    }
}
