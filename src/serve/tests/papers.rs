use std::sync::Mutex;

use super::desk::SCAN;
use super::door::{cookie, form_key, get, guarded, name_case};
use super::http::Server;
use crate::model::{KindId, PageOrder, PageTool, Paper, RecordId, ScanId};
use crate::serve::{CutFile, Loss, LossOf, PageTools, PageToolsError, Who};

/// Tools that remember the last order, and find checked values on blank pages.
#[derive(Default)]
pub(super) struct FakeTools {
    last: Mutex<Option<(PageOrder, String)>>,
}

impl PageTools for FakeTools {
    fn papers(&self, _: &ScanId) -> Result<CutFile, PageToolsError> {
        let kind = Some(KindId("so-khai-sinh".into()));
        let is_told = self.last.lock().expect("a lock").is_some();
        let papers = vec![Paper { kind, is_told, pages: vec![1] }];
        Ok(CutFile { papers, quarters: [(1, 1)].into() })
    }

    fn rule(
        &self,
        order: &PageOrder,
        who: &Who<'_>,
        keep: bool,
    ) -> Result<(), PageToolsError> {
        if order.tool == PageTool::Blank && !keep {
            let how = if order.value == "yes" { LossOf::Record } else { LossOf::Place };
            let loss =
                Loss { record: RecordId("r2".into()), pages: vec![1], fields: 3, how };
            let may_stay = how == LossOf::Record;
            return Err(PageToolsError::Checked { losses: vec![loss], may_stay });
        }
        if order.value == "x" {
            return Err(PageToolsError::Value);
        }
        let said = (order.clone(), who.account.to_owned());
        *self.last.lock().expect("a lock") = Some(said);
        Ok(())
    }
}

fn rule(server: &Server, cookie: &str, form: &str) -> super::http::Answer {
    server.post(&format!("/pages/{SCAN}/rule"), cookie, form)
}

#[test]
fn an_archivist_sees_the_pages_of_a_file_and_says_what_they_are() {
    let server = guarded();
    let cookie = cookie(&server, "archivist");
    let path = format!("/pages/{SCAN}");
    let away = get(&server, &path, &cookie);
    assert_eq!(away.status, 303, "the purpose is asked for first");
    assert!(away.headers["location"].starts_with("/case"));
    name_case(&server, &cookie);
    let page = get(&server, &path, &cookie).text();
    for part in [
        "Sổ đăng ký khai sinh",
        "full/!220,220/90/default.jpg",
        "value=\"1:turn:0\"",
        "value=\"1:turn:2\"",
        "value=\"1:blank:yes\"",
        "value=\"1:kind:?\"",
        "để riêng, chưa đọc được",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("value=\"1:paper:goes-on\""), "nothing is before page 1");
    assert!(!page.contains("value=\"2:"), "a page that was not read has no tools");
    let key = form_key(&server, &cookie);
    let form = format!("key={key}&do=1:kind:%3F&kind-1=so-khai-sinh&why=nhìn");
    let done = rule(&server, &cookie, &form);
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(done.headers["location"], format!("{path}#p1"));
    assert_eq!(rule(&server, &cookie, &format!("key={key}&do=1:turn:x")).status, 400);
    for wrong in ["", "1", "1:turn", "0:turn:1", "1:burn:1", "x:turn:1"] {
        let answer = rule(&server, &cookie, &format!("key={key}&do={wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
    }
    let english = get(&server, &format!("{path}?lang=en"), &cookie).text();
    assert!(english.contains("Turn left") && english.contains("Set the kind"));
}

#[test]
fn checked_values_that_would_be_touched_are_named_and_kept_only_when_asked() {
    let server = guarded();
    let cookie = cookie(&server, "archivist");
    name_case(&server, &cookie);
    let key = form_key(&server, &cookie);
    let answer = rule(&server, &cookie, &format!("key={key}&do=1:blank:yes"));
    let text = answer.text();
    assert_eq!(answer.status, 409);
    assert!(
        text.contains("Lò Văn Mẫu") && text.contains("3 trường đã kiểm tra"),
        "{text}"
    );
    assert!(text.contains("value=\"keep:1:blank:yes\""), "{text}");
    let kept = rule(&server, &cookie, &format!("key={key}&do=keep:1:blank:yes"));
    assert_eq!(kept.status, 303);
    let other = rule(&server, &cookie, &format!("key={key}&do=1:blank:no"));
    assert_eq!(other.status, 409);
    assert!(!other.text().contains("value=\"keep:"), "another entry would bear its name");
}

#[test]
fn nobody_says_anything_about_pages_without_the_sessions_key_or_beyond_their_scope() {
    let server = Server::with(|catalog| {
        super::door::add(catalog, "here", "archivist", ("03361", ""));
        super::door::add(catalog, "there", "archivist", ("00004", ""));
    });
    let (here, there) = (cookie(&server, "here"), cookie(&server, "there"));
    let form = |cookie: &str| format!("key={}&do=1:turn:1", form_key(&server, cookie));
    assert_eq!(rule(&server, &here, "do=1:turn:1").status, 403);
    assert_eq!(rule(&server, &here, &form(&here)).status, 303);
    assert_eq!(rule(&server, &there, &form(&there)).status, 403);
    name_case(&server, &there);
    assert_eq!(get(&server, &format!("/pages/{SCAN}"), &there).status, 403);
}
