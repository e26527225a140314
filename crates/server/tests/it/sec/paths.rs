//! SEC-21: one way to read an address, and no way to learn what exists.

use crate::cast::{Cast, id};
use crate::raw;
use roadstead_testkit::{Api, corpus};
use serde_json::Value;

const ABSENT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// What came: the object, the console's page, or a problem.
fn word(status: u16, body: &str, id: &str) -> &'static str {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    if status == 200 && json["id"] == id {
        "object"
    } else if status == 200 && body.contains("<!doctype html>") {
        "page"
    } else if (400..500).contains(&status) {
        "none"
    } else {
        "something else"
    }
}

fn written(input: &str, id: &str, host: &str) -> String {
    input
        .replace("{id}", id)
        .replace("{ID}", &id.to_uppercase())
        .replace("{id-simple}", &id.replace('-', ""))
        .replace("{id-1}", &id[1..])
        .replace("{host}", host)
}

/// The answer without what differs between any two requests, and without the id that was asked for.
async fn get(host: &str, api: &Api, input: &str, id: &str) -> (u16, String) {
    let cookie = api.client().session_cookie();
    let cookie = cookie.map(|c| format!("roadstead_session={}", c.expose()));
    let headers: Vec<(&str, &str)> = cookie.iter().map(|c| ("cookie", c.as_str())).collect();
    let path = written(input, id, host);
    let (status, body) = raw("GET", host, &path, &headers, Vec::new()).await;
    let mut json: Value = match serde_json::from_str(&body) {
        Ok(json) => json,
        // A page differs in its nonce alone.
        Err(_) if body.contains("<!doctype html>") => {
            return (status, "<!doctype html>".to_owned());
        }
        Err(_) => return (status, body),
    };
    json["request_id"] = Value::Null;
    (status, json.to_string())
}

#[tokio::test]
async fn sec_21_an_address_is_read_in_one_way_and_tells_nothing_of_what_is_hidden() {
    let cast = Cast::start().await;
    let input = cast.registry("one", Some(&cast.alpha));
    let hidden = id(&cast.padmin.post("/api/v1/registries", &input).await.body);
    let (b_admin, _) = cast.member("b-admin", &cast.beta, "admin").await;
    let (nobody, _) = cast.person("nobody", None).await;
    let strangers = [
        ("b-admin", b_admin),
        ("nobody", nobody),
        ("anonymous", cast.app.api()),
    ];
    let url = cast.app.url();
    let host = url.trim_start_matches("http://");
    let rows = corpus("paths");
    let mut wrong = Vec::new();
    for row in &rows {
        let (status, body) = get(host, &cast.padmin, &row.input, &hidden).await;
        let came = word(status, &body, &hidden);
        if came != row.expected {
            wrong.push(format!("{}: {came} ({status}) {body:.200}", row.id));
        }
        for (name, api) in &strangers {
            let here = get(host, api, &row.input, &hidden).await;
            let nowhere = get(host, api, &row.input, ABSENT).await;
            if here != nowhere {
                wrong.push(format!("{} by {name}: {here:?} is not {nowhere:?}", row.id));
            }
            let came = word(here.0, &here.1, &hidden);
            if !["page", "none"].contains(&came) || here.1.contains(&hidden) {
                wrong.push(format!("{} by {name}: {came} {here:?}", row.id));
            }
        }
    }
    println!(
        "paths: {} ways to write an address, {} askers, {} wrong",
        rows.len(),
        strangers.len() + 1,
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
