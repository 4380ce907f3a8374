//! Clients as they are: more of them than there is room for, and others than Rust's.

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::process::Store;

/// What `program` prints, or `None` where there is none.
async fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = match Command::new(program).args(arguments).output().await {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("not tried: there is no `{program}`");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

const PYTHON: &str = r#"
import http.client, json, sys
for content_type in ("application/json", "text/plain"):
    connection = http.client.HTTPConnection(sys.argv[1], timeout=60)
    connection.request("POST", "/streams/order", b"x" * 20_000_000, {"content-type": content_type})
    answer = connection.getresponse()
    print(answer.status, json.loads(answer.read())["type"])
"#;

const NODE: &str = r#"
(async () => {
  for (const type of ["application/json", "text/plain"]) {
    const body = "x".repeat(20_000_000);
    const answer = await fetch(`http://${process.argv[1]}/streams/order`, { method: "POST", body, headers: { "content-type": type } });
    console.log(answer.status, (await answer.json()).type);
  }
})();
"#;

#[tokio::test]
async fn the_refusal_of_a_body_of_20_mb_reaches_python_and_node() {
    let store = Store::in_memory().await;
    let address = store.url().strip_prefix("http://").unwrap();
    for (program, flag, script) in [("python3", "-c", PYTHON), ("node", "-e", NODE)] {
        if let Some(text) = printed(program, &[flag, script, address]).await {
            assert_eq!(
                text, "413 event-too-large\n415 unsupported-media-type\n",
                "{program}"
            );
        }
    }
}

#[tokio::test]
async fn more_idle_connections_than_it_may_have_keep_nobody_out() {
    // Idle ones from before, in any number, and as many descriptors as a process has for them and everything else.
    let store = Store::limited("ulimit -n 128", &[]).await;
    let address = store.url().strip_prefix("http://").unwrap();
    let mut idle = Vec::new();
    for _ in 0..400 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    for _ in 0..20 {
        let id = store.order().await;
        assert_eq!(store.append(&id, 2).await.status, 201);
    }
    // The first gave way, and was told.
    assert_eq!(idle[0].read(&mut [0; 1]).await.unwrap(), 0);
    drop(idle);
    assert_eq!(store.get("/readiness-check").await.status, 200);
    let (status, log) = store.end().await;
    assert!(status.success());
    let warnings = log.matches("cannot accept another connection").count();
    assert!((1..=20).contains(&warnings), "{warnings}: {log}");
}
