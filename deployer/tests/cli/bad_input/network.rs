//! Between the program and AWS: a proxy, and the issuer of the server's certificate.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::session::Session;

/// STS's response to `GetCallerIdentity`.
const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
<Arn>arn:aws:iam::123456789012:user/jo</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

/// The maximum number of connections to a test's server.
const MOST: usize = 20;

/// Serves every connection to a new port.
fn serve(answer: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming().take(MOST) {
            answer(connection.unwrap());
        }
    });
    port
}

/// A proxy that answers every `CONNECT` with a page.
fn proxy(status: &'static str) -> String {
    let page = "<html><title>Proxy</title>Log in first</html>";
    let port = serve(move |mut connection| {
        let _ = connection.read(&mut [0; 4096]);
        let length = page.len();
        let _ = write!(
            connection,
            "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
        );
    });
    format!("http://127.0.0.1:{port}")
}

#[test]
fn a_proxy_that_wants_a_login_is_told() {
    let here = "endpoint: http://127.0.0.1:9\nurl: \"{endpoint}/_aws/lambda-url/{id}/\"\n";
    let session = Session::new()
        .with_environment(here, "")
        .with_credentials()
        .with_variable("HTTPS_PROXY", proxy("407 Proxy Authentication Required"));
    insta::assert_snapshot!(session.run("describe --env local"), @"
    exit code: 1
    --- stderr
    error: `sts:GetCallerIdentity` failed: no answer from `AWS in eu-central-1`
      because: tunnel error: proxy authorization required
      hint: the proxy that `HTTPS_PROXY` names does not let through: it may want a login, or not allow this
    ");
}

#[test]
fn a_proxy_that_does_not_let_through_is_asked_once() {
    for status in ["403 Forbidden", "502 Bad Gateway"] {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let port = serve(move |mut connection| {
            counted.fetch_add(1, Ordering::Relaxed);
            let _ = connection.read(&mut [0; 4096]);
            let _ = write!(
                connection,
                "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
        });
        let here = "endpoint: http://127.0.0.1:9\nurl: \"{endpoint}/_aws/lambda-url/{id}/\"\n";
        let session = Session::new()
            .with_environment(here, "")
            .with_credentials()
            .with_variable("HTTPS_PROXY", format!("http://127.0.0.1:{port}"));
        let told = session.run("describe --env local");
        assert_eq!(asked.load(Ordering::Relaxed), 1, "{told}");
        assert!(told.contains("does not let through"), "{told}");
    }
}

/// A server with a certificate of a private authority, and that authority's certificate.
fn private_server() -> (String, String) {
    let authority = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let trusted = params.self_signed(&authority).unwrap();
    let issuer = Issuer::new(params, authority);
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let own = own.signed_by(&key, &issuer).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let port = serve(move |connection| answer_privately(&config, connection));
    (format!("https://127.0.0.1:{port}"), trusted.pem())
}

/// Answers one request, unless the client does not trust the certificate.
fn answer_privately(config: &Arc<ServerConfig>, connection: TcpStream) {
    let session = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut reader = BufReader::new(StreamOwned::new(session, connection));
    let mut length = 0;
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(2..) => {}
            _ => return,
        }
        if line == "\r\n" {
            break;
        }
        if let Some(written) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = written.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let length = IDENTITY.len();
    let mut stream = reader.into_inner();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{IDENTITY}"
    );
    let _ = stream.flush();
}

#[test]
fn a_private_authority_is_trusted_where_the_variable_names_it_and_nowhere_else() {
    let (address, trusted) = private_server();
    let (_, other) = private_server();
    let init = format!("init orders --region eu-central-1 --parameter Access=iam --endpoint {address}");
    let with_bundle = |bundle: &str| {
        let session = Session::new().with_file("bundle.pem", bundle);
        let file = session.path("bundle.pem");
        session.with_credentials().with_variable("AWS_CA_BUNDLE", file)
    };

    // A proxy is not used for an endpoint on this machine.
    let session =
        with_bundle(&format!("{other}{trusted}")).with_variable("HTTPS_PROXY", "http://127.0.0.1:1");
    let told = session.run(&init);
    assert!(told.starts_with("exit code: 0\n"), "{told}");
    let file = session.read("environments/orders.yaml");
    assert!(file.contains("account: \"123456789012\""), "{file}");

    for session in [Session::new().with_credentials(), with_bundle(&other)] {
        let told = session.run(&init);
        assert!(told.starts_with("exit code: 1\n"), "{told}");
        assert!(
            told.contains("certificate") && told.contains("AWS_CA_BUNDLE"),
            "{told}"
        );
    }
}
