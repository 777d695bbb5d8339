//! The steps of checking: keyed, keyed again, decided, verified, approved, taken back.

use super::door::{self, cookie, form_key, get};
use super::http::{Answer, Server};
use crate::catalog::AuditEntry;
use crate::catalog::AuditFilter;
use crate::catalog::Decision;
use crate::checking::Step;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::RecordId;

/// A desk with two operators, two verifiers, an approver, and somebody who is everything.
pub(super) fn manned() -> Server {
    Server::with(|catalog| {
        for (name, roles) in [
            ("an", "operator"),
            ("binh", "operator"),
            ("cuc", "verifier"),
            ("dung", "verifier"),
            ("giang", "approver"),
            ("hai", "approver"),
            ("moi", "operator,verifier,approver"),
        ] {
            door::add(catalog, name, roles, ("", ""));
        }
    })
}

/// Whoever checks, with their cookie and the key of their forms.
pub(super) struct Checker<'s> {
    pub(super) server: &'s Server,
    pub(super) cookie: String,
    pub(super) key: String,
}

impl<'s> Checker<'s> {
    pub(super) fn new(server: &'s Server, name: &str) -> Self {
        let cookie = cookie(server, name);
        let key = form_key(server, &cookie);
        Self { server, cookie, key }
    }

    pub(super) fn page(&self, path: &str) -> String {
        get(self.server, path, &self.cookie).text()
    }

    pub(super) fn says(&self, step: &str, field: &str, rest: &str) -> Answer {
        let form = format!("key={}&step={step}&record=r2&field={field}&{rest}", self.key);
        self.server.post("/check/decide", &self.cookie, &form)
    }

    pub(super) fn undoes(&self, step: &str) -> Answer {
        let form = format!("key={}&step={step}", self.key);
        self.server.post("/check/undo", &self.cookie, &form)
    }
}

/// Value and state of a field of the second record.
pub(super) fn field(server: &Server, name: &str) -> (Option<String>, FieldState) {
    let record = server.catalog.record(&RecordId("r2".into())).expect("an answer");
    let field = record.expect("a record").record.fields.remove(name).expect("a field");
    (field.value, field.state)
}

pub(super) fn stage(server: &Server, name: &str) -> String {
    server.catalog.stage(&RecordId("r2".into()), name).expect("an answer")
}

#[test]
fn a_name_is_keyed_twice_decided_by_a_third_and_approved_by_a_fourth() {
    let server = manned();
    let name = "nksHoTen";
    let [an, binh, cuc, giang] =
        ["an", "binh", "cuc", "giang"].map(|name| Checker::new(&server, name));
    let answer = an.says("key", name, "answer=Lò+Văn+Máu");
    let next = "/check/next?step=key";
    assert_eq!((answer.status, answer.headers["location"].as_str()), (303, next));
    let read = (Some("Lò Văn Mẫu".to_owned()), FieldState::Read);
    assert_eq!(field(&server, name), read, "nobody sees the first keying");
    assert_eq!(stage(&server, name), "keyed-once");
    assert_eq!(an.says("second", name, "answer=x").status, 403, "the same person");
    assert_eq!(binh.says("second", name, "answer=Lò+Văn+Mẫu").status, 303);
    assert_eq!(stage(&server, name), "disputed");
    assert_eq!(field(&server, name), read, "nothing is decided");
    let third = cuc.page("/check/next?step=third&of=nksHoTen");
    assert!(third.contains("Lò Văn Máu") && third.contains("Lò Văn Mẫu"), "{third}");
    assert_eq!(cuc.says("third", name, "answer=Lò+Văn+Mẫu").status, 303);
    let verified = (Some("Lò Văn Mẫu".to_owned()), FieldState::Verified);
    assert_eq!(
        (field(&server, name), stage(&server, name).as_str()),
        (verified, "verified")
    );
    assert_eq!(giang.says("approve", name, "answer=Lò+Văn+Mẫu").status, 303);
    assert_eq!(field(&server, name).1, FieldState::Approved);
    assert_eq!(stage(&server, name), "");
    let history =
        server.catalog.decisions(&RecordId("r2".into()), name).expect("history");
    let told: Vec<(&str, &str, Option<&str>)> = history
        .iter()
        .map(|one| (one.account.as_str(), one.step.as_str(), one.value.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("an", "key", Some("Lò Văn Máu")),
            ("binh", "second", Some("Lò Văn Mẫu")),
            ("cuc", "third", Some("Lò Văn Mẫu")),
            ("giang", "approve", Some("Lò Văn Mẫu")),
        ]
    );
    assert_eq!(history[0].old.value.as_deref(), Some("Lò Văn Mẫu"), "as it was read");
    let trail =
        server.catalog.audit_entries(&AuditFilter::default(), 0, 99).expect("trail");
    assert!(
        trail.iter().all(|entry| !entry.detail.contains("Lò")),
        "no person in the trail"
    );
    assert_eq!(trail.iter().filter(|entry| entry.target == "record:r2").count(), 5);
    assert_eq!(server.catalog.audit_break().expect("an answer"), None);
}

#[test]
fn whoever_keys_blind_sees_the_paper_and_nothing_else() {
    let server = manned();
    let [an, binh] = ["an", "binh"].map(|name| Checker::new(&server, name));
    let page = an.page("/check/next?step=key&of=nksHoTen");
    assert!(page.contains("name=\"answer\" value="), "{page}");
    assert_eq!(an.says("key", "nksHoTen", "answer=Lò+Văn+Máu").status, 303);
    let blind = binh.page("/check/next?step=second&of=nksHoTen");
    assert!(blind.contains("/image/"), "{blind}");
    assert!(!blind.contains("Lò Văn") && !blind.contains("LÒ VĂN"), "{blind}");
    assert!(blind.contains("name=\"answer\" value=\"\""));
    // Nor beside another field of the same entry, before they open this one.
    let beside = binh.page("/check/next?step=key&record=r2&field=nksNgaySinh");
    assert!(beside.contains("name=\"record\" value=\"r2\""), "{beside}");
    assert!(beside.contains("27/2015"), "other fields are there: {beside}");
    assert!(!beside.contains("Lò Văn") && !beside.contains("LÒ VĂN"), "{beside}");
    assert_eq!(binh.says("second", "nksHoTen", "answer=Lò+Văn+Mẫu").status, 303);
    let disputed = binh.page("/check/next?step=key&record=r2&field=nksNgaySinh");
    assert!(!disputed.contains("Lò Văn"), "{disputed}");
}

#[test]
fn two_steps_by_one_person_at_once_are_one_and_an_answer_to_what_was_is_none() {
    let server = manned();
    let id = RecordId("r2".into());
    let decide = |account: &str, step: Step, to: &str, seen: u64| {
        let decision = Decision {
            record: &id,
            field: "nksNgaySinh",
            step: step.name(),
            account,
            at_ms: 1,
            source: "",
            from: step.stage(),
            seen,
            to,
            now: None,
            value: Some("1987-03-05"),
            why: "",
        };
        server.catalog.decide(&[decision]).expect("an answer")
    };
    let last = || {
        let all = server.catalog.decisions(&id, "nksNgaySinh").expect("decisions");
        all.last().map_or(0, |one| one.seq)
    };
    assert!(decide("an", Step::Key, "keyed", 0));
    let seen = last();
    assert!(decide("moi", Step::Verify, "verified", seen));
    assert!(!decide("moi", Step::Approve, "", last()), "the same person, a moment later");
    assert!(
        !decide("giang", Step::Approve, "", seen),
        "what they saw is not there any more"
    );
    assert_eq!(stage(&server, "nksNgaySinh"), "verified");
    assert!(decide("giang", Step::Approve, "", last()));
}

#[test]
fn what_comes_back_as_it_was_shown_is_the_same_value() {
    let server = Server::with(|catalog| {
        door::add(catalog, "an", "operator", ("", ""));
        let of = |id: &str| catalog.record(&RecordId(id.into())).expect("an answer");
        let [first, mut second] = ["r1", "r2"].map(|id| of(id).expect("a record").record);
        for name in ["ghiChu", "gbtNgay"] {
            let read = second.fields["nksNgaySinh"].clone();
            let field = Field { value: Some("2015-10".into()), ..read };
            second.fields.insert(name.into(), field);
        }
        let scan = second.scan.clone();
        catalog.finish_scan(&scan, &[first, second]).expect("records");
    });
    let an = Checker::new(&server, "an");
    for (name, shown) in [("ghiChu", "2015-10"), ("gbtNgay", "10/2015")] {
        let page = an.page(&format!("/check/next?step=key&record=r2&field={name}"));
        assert!(page.contains(&format!("name=\"answer\" value=\"{shown}\"")), "{page}");
        assert_eq!(an.says("key", name, &format!("answer={shown}")).status, 303);
        let kept = (Some("2015-10".to_owned()), FieldState::Keyed);
        assert_eq!(field(&server, name), kept, "{name}");
    }
}

#[test]
fn whoever_checks_leaves_a_trail_of_what_they_were_shown() {
    let server = manned();
    let an = Checker::new(&server, "an");
    an.page("/check/next?step=key&record=r2&field=so");
    let shown = AuditFilter { what: "check-shown".into(), ..AuditFilter::default() };
    let entries = server.catalog.audit_entries(&shown, 0, 9).expect("entries");
    let told: Vec<(&str, &str)> =
        entries.iter().map(|one| (one.target.as_str(), one.detail.as_str())).collect();
    assert_eq!(told, [("record:r2", r#"{"field":"so","step":"key"}"#)]);
}

#[test]
fn a_step_is_taken_back_only_by_who_may_still_take_it() {
    let server = manned();
    let [an, binh, cuc] = ["an", "binh", "cuc"].map(|name| Checker::new(&server, name));
    assert_eq!(an.says("key", "nksNgaySinh", "answer=5/3/1987").status, 303);
    assert_eq!(binh.says("second", "nksNgaySinh", "answer=5/3/1987").status, 303);
    assert_eq!(cuc.says("verify", "nksNgaySinh", "answer=5/3/1987").status, 303);
    let roles = ["operator".to_owned()];
    let lists = (Some(roles.as_slice()), None, None);
    server.catalog.set_rights("cuc", lists, &AuditEntry::default()).expect("changed");
    assert_eq!(cuc.undoes("key").status, 403);
    assert_eq!(stage(&server, "nksNgaySinh"), "verified");
}

#[test]
fn nobody_takes_two_steps_at_a_field_whatever_their_roles() {
    let server = manned();
    let moi = Checker::new(&server, "moi");
    assert_eq!(moi.says("key", "so", "answer=28/2015").status, 303);
    for step in ["second", "third", "verify", "approve"] {
        assert_eq!(moi.says(step, "so", "answer=28/2015").status, 403, "{step}");
    }
    assert!(!moi.page("/check/next?step=second&of=so").contains("name=\"answer\""));
    let an = Checker::new(&server, "an");
    assert_eq!(an.says("verify", "so", "answer=28/2015").status, 403, "not a verifier");
    assert_eq!(an.says("key", "so", "answer=1").status, 409, "keyed already");
}

#[test]
fn a_change_is_noted_for_the_index_with_the_change_itself() {
    let server = manned();
    let pending = server.catalog.pending(99).expect("pending");
    server.catalog.indexed_up_to(pending.last().expect("some").seq).expect("indexed");
    let [an, binh] = ["an", "binh"].map(|name| Checker::new(&server, name));
    assert_eq!(an.says("key", "nksNgaySinh", "answer=6/3/1987").status, 303);
    assert_eq!(server.catalog.pending(99).expect("pending").len(), 0, "nothing changed");
    assert_eq!(binh.says("second", "nksNgaySinh", "answer=06.03.1987").status, 303);
    let pending = server.catalog.pending(99).expect("pending");
    assert_eq!(pending.len(), 1);
    let now = pending[0].now.as_ref().expect("the record");
    assert_eq!(now.record.fields["nksNgaySinh"].value.as_deref(), Some("1987-03-06"));
}

#[test]
fn the_last_decision_is_undone_unless_somebody_has_built_on_it() {
    let server = manned();
    let [an, binh] = ["an", "binh"].map(|name| Checker::new(&server, name));
    let before = field(&server, "so");
    assert_eq!(an.says("key", "so", "act=blank").status, 303);
    assert_eq!(stage(&server, "so"), "keyed-once");
    let again = an.undoes("key");
    assert_eq!(again.status, 303);
    let page = an.page(&again.headers["location"]);
    assert!(page.contains("value=\"27/2015\""), "the field is there again: {page}");
    assert_eq!((field(&server, "so"), stage(&server, "so").as_str()), (before, "read"));
    assert_eq!(an.undoes("key").status, 409, "nothing is left to undo");
    assert_eq!(an.says("key", "so", "answer=28/2015").status, 303);
    assert_eq!(binh.says("second", "so", "answer=28/2015").status, 303);
    assert_eq!(stage(&server, "so"), "keyed");
    assert_eq!(an.undoes("key").status, 409, "somebody has built on it");
    assert_eq!(field(&server, "so").0.as_deref(), Some("28/2015"));
    assert_eq!(binh.undoes("second").status, 303);
    assert_eq!(field(&server, "so").0.as_deref(), Some("27/2015"), "one keying is none");
    assert_eq!(stage(&server, "so"), "keyed-once");
    let history =
        server.catalog.decisions(&RecordId("r2".into()), "so").expect("history");
    assert_eq!(history.len(), 5, "an undo is a decision too, and nothing is taken away");
}

#[test]
fn two_operators_never_have_the_same_field_before_them() {
    let server = manned();
    let [an, binh] = ["an", "binh"].map(|name| Checker::new(&server, name));
    let which = |page: &str| {
        let of = |name: &str| {
            let start = format!("name=\"{name}\" value=\"");
            page.split(&start)
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .map(str::to_owned)
        };
        (of("record"), of("field"))
    };
    let first = which(&an.page("/check/next?step=key"));
    let second = which(&binh.page("/check/next?step=key"));
    assert!(first.0.is_some() && first != second, "{first:?}");
    assert_eq!(which(&an.page("/check/next?step=key")), first, "it is still theirs");
}

#[test]
fn queues_are_by_doubt_field_finding_and_folder_and_rates_count_what_was_changed() {
    let server = manned();
    let [an, cuc] = ["an", "cuc"].map(|name| Checker::new(&server, name));
    let queues = an.page("/check");
    for link in [
        "/check/next?step=key\"",
        "of=nksHoTen",
        "finding=death-before-birth",
        "path=a%2F",
    ] {
        assert!(queues.contains(link), "{link}: {queues}");
    }
    assert_eq!(an.says("key", "nksHoTen", "answer=Sai").status, 303);
    assert_eq!(an.says("key", "so", "answer=27/2015").status, 303);
    assert_eq!(get(&server, "/check/rates", &an.cookie).status, 403);
    let rates = cuc.page("/check/rates");
    assert!(rates.contains("100.0 %") && rates.contains("0.0 %"), "{rates}");
}
