//! PURE: formats a line of a function's log for reading.

use anstyle::AnsiColor;
use cfn_deploy::LogLine;
use serde_json::{Map, Value};

use super::paint;
use super::text::indented;

/// How to print log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogForm {
    /// For people: time, function, level, message and values.
    Readable,
    /// As written.
    Raw,
}

/// The functions' colours, as far as they reach; names distinguish the functions, too.
const COLOURS: [AnsiColor; 4] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Green,
];

/// Values that are printed at the start of a line, or repeat what its place says.
const TOLD: [&str; 5] = ["timestamp", "time", "level", "message", "type"];

/// The lines as printed; `names` are the functions that the lines refer to.
pub(super) fn text(names: &[String], lines: &[LogLine], form: LogForm) -> String {
    let width = names.iter().map(String::len).max().unwrap_or_default();
    let printed = lines.iter().filter_map(|line| match form {
        LogForm::Raw => Some(line.message.trim_end().to_owned()),
        LogForm::Readable => readable(names, width, line),
    });
    printed.map(|line| line + "\n").collect()
}

/// `None` for lines that only carry metrics, which only CloudWatch reads.
fn readable(names: &[String], width: usize, line: &LogLine) -> Option<String> {
    let name = names.get(line.source).map_or("", String::as_str);
    let label = format!("{name:width$}");
    let label = paint::coloured(COLOURS[line.source % COLOURS.len()], label);
    let time = paint::faint(line.at.strftime("%H:%M:%S%.3f"));
    let text = match serde_json::from_str::<Map<String, Value>>(&line.message) {
        Ok(members) if members.contains_key("_aws") && !members.contains_key("message") => return None,
        Ok(members) => sentence(&members),
        Err(_) => line.message.trim_end().to_owned(),
    };
    Some(format!("{time} {label} {}", indented(&text)))
}

/// The level, message and values of a JSON line.
fn sentence(members: &Map<String, Value>) -> String {
    let word = |name: &str| members.get(name).and_then(Value::as_str);
    let level = word("level").map(|level| match level {
        "ERROR" => paint::bad(format!("{level:5}")),
        "WARN" => paint::warn(format!("{level:5}")),
        _ => format!("{level:5}"),
    });
    let message = word("message").or(word("type")).map(paint::strong);
    let values = members
        .iter()
        .filter(|(name, _)| !TOLD.contains(&name.as_str()) && *name != "_aws")
        .flat_map(|(name, value)| match value {
            // Lambda's own lines keep their content in a record.
            Value::Object(record) if name == "record" => record.iter().map(pair).collect(),
            _ => vec![pair((name, value))],
        });
    level
        .into_iter()
        .chain(message)
        .chain(values)
        .collect::<Vec<_>>()
        .join(" ")
}

fn pair((name, value): (&String, &Value)) -> String {
    let value = value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned);
    format!("{}{value}", paint::faint(format!("{name}=")))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn lines() -> Vec<LogLine> {
        let messages = [
            (
                0,
                r#"{"timestamp":"2026-11-23T10:00:00Z","level":"INFO","message":"request","requestId":"r-1","status":201}"#,
            ),
            (
                1,
                r#"{"timestamp":"2026-11-23T10:00:00Z","level":"WARN","message":"throttled","attempt":2}"#,
            ),
            (0, r#"{"_aws":{"Timestamp":1},"Latency":3.5}"#),
            (
                0,
                r#"{"time":"2026-11-23T10:00:00Z","type":"platform.report","record":{"requestId":"r-1","status":"success"}}"#,
            ),
            (1, "thread panicked\n"),
        ];
        let line = |(index, (source, message)): (usize, &(usize, &str))| LogLine {
            source: *source,
            at: Timestamp::from_millisecond(1_800_000_000_000 + i64::try_from(index).unwrap() * 125).unwrap(),
            message: (*message).to_owned(),
        };
        messages.iter().enumerate().map(line).collect()
    }

    fn printed(form: LogForm) -> String {
        text(&["ApiFunction".to_owned(), "Relay".to_owned()], &lines(), form)
    }

    #[test]
    fn for_a_person_a_line_has_a_time_a_function_a_level_and_values() {
        let plain = anstream::adapter::strip_str(&printed(LogForm::Readable)).to_string();
        insta::assert_snapshot!(plain, @"
        08:00:00.000 ApiFunction INFO  request requestId=r-1 status=201
        08:00:00.125 Relay       WARN  throttled attempt=2
        08:00:00.375 ApiFunction platform.report requestId=r-1 status=success
        08:00:00.500 Relay       thread panicked
        ");
    }

    #[test]
    fn each_function_has_a_colour_of_its_own() {
        let printed = printed(LogForm::Readable);
        let colours: Vec<_> = ["\u{1b}[36mApiFunction", "\u{1b}[35mRelay"]
            .into_iter()
            .filter(|label| printed.contains(label))
            .collect();
        assert_eq!(colours.len(), 2, "{printed:?}");
    }

    #[test]
    fn for_a_program_a_line_is_as_it_was_written() {
        let raw = printed(LogForm::Raw);
        let written: Vec<String> = lines()
            .iter()
            .map(|line| line.message.trim_end().to_owned())
            .collect();
        assert_eq!(raw.lines().collect::<Vec<_>>(), written);
    }
}
