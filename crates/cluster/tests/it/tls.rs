//! Certificates that are not accepted, and those that are.

use std::sync::Arc;

use ironsides_cluster::{Cluster, Connect};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::fake::Fake;

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server certificate for these names and years.
fn acceptor(issuer: &Issuer, names: &[&str], years: (i32, i32)) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    let certificate = params.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn server(tls: TlsAcceptor) -> (Fake, Connect) {
    let fake = Fake::with_tls(Some(tls), |_, _| None).await;
    let connect = Connect { server: Some(format!("https://127.0.0.1:{}", fake.port)), ..fake.connect() };
    (fake, connect)
}

#[tokio::test]
async fn certificates_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, other) = (authority(), authority());
    let file = folder.path().join("ca.crt");
    std::fs::write(&file, mine.pem()).unwrap();
    for (issuer, names, years, expected) in [
        (&mine, &["127.0.0.1"][..], (2020, 2021), "its certificate has expired"),
        (&mine, &["127.0.0.1"], (2090, 2091), "its certificate is not valid yet"),
        (&other, &["127.0.0.1"], (2020, 2090), "was not signed by the configured authority"),
        (&mine, &["api.example.com"], (2020, 2090), "its certificate is for other names"),
        (&mine, &["127.0.0.1"], (2020, 2090), ""),
    ] {
        let (_fake, connect) = server(acceptor(issuer, names, years)).await;
        let connect = Connect { certificate_authority: Some(file.clone()), ..connect };
        let found = Cluster::connect(&connect).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{expected}: {found}");
        let blind =
            Connect { certificate_authority: None, insecure_skip_tls_verify: Some(true), ..connect.clone() };
        Cluster::connect(&blind).await.unwrap();
    }
    let (_fake, connect) = server(acceptor(&mine, &["api.example.com"], (2020, 2090))).await;
    let named = Connect {
        certificate_authority: Some(file),
        tls_server_name: Some("api.example.com".into()),
        ..connect
    };
    Cluster::connect(&named).await.unwrap();
}

#[tokio::test]
async fn what_is_no_api_server_is_said() {
    let fake = Fake::start(|_, _| crate::fake::json(200, "<html>hello</html>")).await;
    let error = Cluster::connect(&fake.connect()).await.unwrap_err().to_string();
    assert!(error.contains("the answer is not an API server's"), "{error}");
    // TLS where there is none.
    let connect = Connect { server: Some(format!("https://127.0.0.1:{}", fake.port)), ..fake.connect() };
    let connect = Connect { insecure_skip_tls_verify: Some(true), ..connect };
    let error = Cluster::connect(&connect).await.unwrap_err().to_string();
    assert!(error.contains("cannot ask the API server https://127.0.0.1"), "{error}");
    // Nobody.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let connect = Connect { server: Some(format!("http://127.0.0.1:{port}")), ..fake.connect() };
    let error = Cluster::connect(&connect).await.unwrap_err().to_string();
    assert!(error.contains("connection refused"), "{error}");
    // Nobody where a proxy should be: it is the proxy that is named.
    let proxy_url = Some(format!("http://me:secret@127.0.0.1:{port}"));
    let connect = Connect { server: Some("http://192.0.2.1".into()), proxy_url, ..fake.connect() };
    let error = Cluster::connect(&connect).await.unwrap_err().to_string();
    let expected =
        format!("http://192.0.2.1 through the proxy http://127.0.0.1:{port}: nothing listens there");
    assert!(error.contains(&expected), "{error}");
}
