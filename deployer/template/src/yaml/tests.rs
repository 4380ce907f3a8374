//! What the reader accepts and refuses.

use super::read::parse;
use super::*;

fn refused(text: &str) -> String {
    parse("t.yaml", text).unwrap_err().to_string()
}

#[test]
fn a_tag_is_kept_at_the_place_it_is_written() {
    let root = parse(
        "t.yaml",
        "Value: !GetAtt Table.Arn\nList:\n  - !Sub '${A}'\n  - 12\n",
    )
    .unwrap();
    let value = root.get("Value").unwrap();
    assert_eq!(value.tag.as_deref(), Some("GetAtt"));
    assert_eq!(value.as_text(), Some("Table.Arn"));
    assert_eq!(value.at, Location { line: 1, column: 8 });
    let list = root.get("List").unwrap().as_sequence().unwrap();
    assert_eq!(list[0].at, Location { line: 3, column: 5 });
    assert_eq!(
        list[1].kind,
        Kind::Scalar(Scalar {
            text: "12".to_owned(),
            plain: true
        })
    );
}

#[test]
fn a_value_left_out_is_null_and_an_empty_text_is_not() {
    let root = parse("t.yaml", "a:\nb: ''\n").unwrap();
    assert!(root.get("a").unwrap().is_null());
    assert_eq!(root.get("b").unwrap().as_text(), Some(""));
}

#[test]
fn a_key_that_something_invisible_follows_is_no_text() {
    insta::assert_snapshot!(refused("a:\n  b:\u{a0}c\nd:\n  - e:\u{200b}f\n"), @"
    t.yaml:2:3: the invisible character U+00A0 follows `b:`, which is no key for it
      hint: put a space in its place, or put the text in quotes
    t.yaml:4:5: the invisible character U+200B follows `e:`, which is no key for it
      hint: put a space in its place, or put the text in quotes
    ");
    insta::assert_snapshot!(refused("a: b\nc:\u{a0}d\n"), @"
    t.yaml:2:1: not valid YAML: simple key expected ':'
      hint: the line holds the invisible character U+00A0: put a space in its place
    ");
    insta::assert_snapshot!(refused("a: 'b:\u{a0}c'\nd: e\u{a0}f: g\n"), @"
    t.yaml:2:7: not valid YAML: mapping values are not allowed in this context
      hint: the line holds the invisible character U+00A0: put a space in its place
    ");
    assert!(parse("t.yaml", "a: 'b:\u{a0}c'\n").is_ok());
}

#[test]
fn every_repeated_key_is_named() {
    insta::assert_snapshot!(refused("a: 1\nb: {c: 1, c: 2}\na: 3\n"), @"
    t.yaml:2:11: the key `c` is repeated; it was first given in line 2
    t.yaml:3:1: the key `a` is repeated; it was first given in line 1
    ");
}

#[test]
fn bad_yaml_is_named_with_its_place() {
    insta::assert_snapshot!(refused("a: [1, 2\nb: 3\n"), @"t.yaml:2:2: not valid YAML: illegal placement of ':' indicator");
    insta::assert_snapshot!(refused("a: 1\n  b: 2\n"), @"t.yaml:2:4: not valid YAML: mapping values are not allowed in this context");
    insta::assert_snapshot!(refused(""), @"t.yaml:1:1: the file is empty");
    insta::assert_snapshot!(refused("a: 1\n---\nb: 2\n"), @"t.yaml:3:1: a second document starts in the same file");
}

#[test]
fn what_cloudformation_does_not_read_is_refused() {
    insta::assert_snapshot!(refused("a: &x 1\nb: *x\n? [c]\n: d\n"), @"
    t.yaml:1:7: anchors are not supported by CloudFormation
    t.yaml:2:4: aliases are not supported by CloudFormation
    t.yaml:3:3: a key is not a text
    ");
    insta::assert_snapshot!(refused("a: !e!thing 1\n"), @"t.yaml:1:4: not valid YAML: the handle wasn't declared");
    insta::assert_snapshot!(refused("a: !<tag:example.com,2000:x> 1\n"), @"t.yaml:1:4: unknown tag `tag:example.com,2000:x`");
}

#[test]
fn what_a_key_would_lose_is_refused() {
    insta::assert_snapshot!(refused("a: 1\n!Sub 'b': 2\n<<: {c: 3}\n"), @"
    t.yaml:2:1: a key is a text; the tag `!Sub` of `b` has no meaning there
    t.yaml:3:1: merge keys (`<<`) are not supported by CloudFormation
    ");
    assert_eq!(
        refused("d\u{a0}: 4\n"),
        "t.yaml:1:1: the key `d\u{a0}` holds the invisible character U+00A0"
    );
    let quoted = parse(
        "t.yaml",
        "'<<': 1\n!!str 12: 2\n! true: 3\n!<tag:yaml.org,2002:str> ~: 4\n",
    )
    .unwrap();
    let keys: Vec<&str> = quoted
        .as_mapping()
        .unwrap()
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    assert_eq!(keys, ["<<", "12", "true", "~"]);
    assert!(quoted.as_mapping().unwrap().iter().all(|entry| !entry.plain));
}

#[test]
fn a_core_tag_is_kept_or_refused() {
    let root = parse(
        "t.yaml",
        "- !!str 12\n- !!str true\n- !!str 012345678901\n- !!str\n- ! 12\n- !!int 12\n- !!bool true\n- !!seq []\n- !!map {}\n",
    )
    .unwrap();
    let plain: Vec<Option<bool>> = root
        .as_sequence()
        .unwrap()
        .iter()
        .map(|item| match &item.kind {
            Kind::Scalar(scalar) => Some(scalar.plain),
            _ => None,
        })
        .collect();
    let [text, number] = [Some(false), Some(true)];
    assert_eq!(plain, [text, text, text, text, text, number, number, None, None]);
    insta::assert_snapshot!(
        refused("- !!int '12'\n- !!int 012\n- !!bool yes\n- !!binary aGk=\n- !!set {a}\n- !!omap []\n- !!timestamp 2001-01-01\n"),
        @"
        t.yaml:1:3: `12` is read differently with the tag `!!int`
          hint: leave the tag out, or use `!!str` for a text
        t.yaml:2:3: `012` is read differently with the tag `!!int`
          hint: leave the tag out, or use `!!str` for a text
        t.yaml:3:3: `yes` is read differently with the tag `!!bool`
          hint: leave the tag out, or use `!!str` for a text
        t.yaml:4:3: unknown tag `tag:yaml.org,2002:binary`
        t.yaml:5:3: unknown tag `tag:yaml.org,2002:set`
        t.yaml:6:3: unknown tag `tag:yaml.org,2002:omap`
        t.yaml:7:3: unknown tag `tag:yaml.org,2002:timestamp`
        "
    );
}

#[test]
fn a_key_takes_no_other_tag_than_that_of_a_text() {
    insta::assert_snapshot!(
        refused("!!int 12: a\n!!bool true: b\n!!null : c\n!Ref d: e\n!<tag:yaml.org,2002:float> 1.5: f\n? !!map {g: h}\n: i\n!x!y z: j\n".replace("!x!y z: j\n", "").as_str()),
        @"
        t.yaml:1:1: a key is a text; the tag `!!int` of `12` has no meaning there
        t.yaml:2:1: a key is a text; the tag `!!bool` of `true` has no meaning there
        t.yaml:3:1: a key is a text; the tag `!!null` of `` has no meaning there
        t.yaml:4:1: a key is a text; the tag `!Ref` of `d` has no meaning there
        t.yaml:5:1: a key is a text; the tag `!!float` of `1.5` has no meaning there
        t.yaml:6:3: a key is not a text
        "
    );
}

#[test]
fn a_tag_may_be_written_out() {
    let root = parse(
        "t.yaml",
        "- !<tag:yaml.org,2002:str> 12\n- !<!Ref> Name\n- ! {}\n- ! [a]\n",
    )
    .unwrap();
    let items = root.as_sequence().unwrap();
    assert_eq!(
        items[0].kind,
        Kind::Scalar(Scalar {
            text: "12".to_owned(),
            plain: false
        })
    );
    assert_eq!(items[1].tag.as_deref(), Some("Ref"));
    assert_eq!((items[2].noun(), items[3].noun()), ("a mapping", "a list"));
    insta::assert_snapshot!(refused("%TAG ! tag:example.com,2000:\n---\na: !Ref b\n"), @"t.yaml:3:4: unknown tag `tag:example.com,2000:Ref`");
}

#[test]
fn a_line_that_is_not_what_it_seems_is_told() {
    insta::assert_snapshot!(refused("account：'1'\nregion: x\n"), @"
    t.yaml:2:7: not valid YAML: mapping values are not allowed in this context
      hint: the line holds `：` (U+FF1A), which is no `:` to YAML: write `:`
    ");
    insta::assert_snapshot!(refused("account: '1'\nregion：x\n"), @"
    t.yaml:2:1: not valid YAML: simple key expected ':'
      hint: the line holds `：` (U+FF1A), which is no `:` to YAML: write `:`
    ");
    insta::assert_snapshot!(refused("a: “b: c”\n"), @r#"
    t.yaml:1:6: not valid YAML: mapping values are not allowed in this context
      hint: the line holds `“` (U+201C), which is no `"` to YAML: write `"`
    "#);
    assert!(parse("t.yaml", "Description: API：概要 “so” – ’s\n").is_ok());
}
