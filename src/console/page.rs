//! `/`: what can be told without a console. The console itself is a later issue.

use super::Shared;
use crate::gateway::DialectName;
use axum::{extract::State, response::Html};

/// The status page; plain, and honest about what is not built.
pub(super) async fn status(State(exchange): Shared) -> Html<String> {
    let edition = exchange.edition();
    let state = if exchange.draining() { "正在排空 · draining" } else { "正在接听 · answering" };
    let dialects =
        DialectName::ALL.map(|dialect| format!("<li><code>/media/{}</code></li>", dialect.as_str())).concat();
    Html(format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>请讲 qingjiang</title>\
         <style>body{{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}}</style>\
         <h1>请讲 qingjiang {version}</h1><p>{state}</p>\
         <p>{hotline} · {script} · 通话 calls: {live}</p>\
         <h2>网关 gateways</h2><ul>{dialects}</ul>\
         <h2>查看 look at</h2><ul><li><a href=\"/api/v1/calls\">/api/v1/calls</a></li>\
         <li><a href=\"/api/v1/callbacks\">/api/v1/callbacks</a></li><li><a href=\"/api/v1/script\">/api/v1/script</a></li>\
         <li><a href=\"/metrics\">/metrics</a></li></ul><p>控制台尚未完成。The console is not built yet.</p></html>",
        version = env!("CARGO_PKG_VERSION"),
        hotline = escape(&edition.script.name),
        script = escape(&edition.version),
        live = exchange.registry.seated(),
    ))
}

/// Text as HTML content.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
