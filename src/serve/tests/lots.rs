//! Lots: samples, approval by two people, what goes back.

use super::check::{Checker, field, manned, stage};
use super::http::Server;
use crate::model::FieldState;

/// Both names are keyed twice and verified.
fn verified(server: &Server) {
    let [an, binh, cuc] = ["an", "binh", "cuc"].map(|name| Checker::new(server, name));
    for (checker, step) in [(&an, "key"), (&binh, "second"), (&cuc, "verify")] {
        for field in ["nksHoTen", "so"] {
            let said = checker.says(step, field, "answer=Lò+1");
            assert_eq!(said.status, 303, "{step} {field}");
        }
    }
}

/// Number of the newest lot, its state, right and wrong ones.
fn newest(server: &Server) -> (u64, String, u64, u64) {
    let lot = server.catalog.lots().expect("lots").into_iter().next().expect("a lot");
    (lot.id, lot.state, lot.right, lot.wrong)
}

#[test]
fn a_lot_is_approved_after_its_sample_by_two_people_who_type_the_count() {
    let server = manned();
    verified(&server);
    let [giang, hai, cuc] =
        ["giang", "hai", "cuc"].map(|name| Checker::new(&server, name));
    let post = |who: &Checker<'_>, path: &str, form: &str| {
        server.post(path, &who.cookie, &format!("key={}&{form}", who.key)).status
    };
    assert_eq!(post(&cuc, "/check/lots/make", "path=&size=2&accepted=0"), 403);
    assert_eq!(post(&giang, "/check/lots/make", "path=&size=2&accepted=0"), 303);
    let (lot, ..) = newest(&server);
    let approve = |count: u64| format!("lot={lot}&count={count}");
    assert_eq!(post(&giang, "/check/lot/approve", &approve(2)), 409, "no sample yet");
    assert!(giang.page(&format!("/check/lot?id={lot}")).contains("value=\"Lò 1\""));
    for field in ["nksHoTen", "so"] {
        let form = format!("lot={lot}&record=r2&field={field}&answer=Lò+1");
        assert_eq!(post(&giang, "/check/lot/judge", &form), 303, "{field}");
    }
    assert_eq!(newest(&server), (lot, "passed".into(), 2, 0));
    assert_eq!(post(&giang, "/check/lot/approve", &approve(3)), 409, "another count");
    assert_eq!(post(&giang, "/check/lot/approve", &approve(2)), 303);
    assert_eq!(field(&server, "so").1, FieldState::Verified, "proposed, not approved");
    assert_eq!(post(&giang, "/check/lot/approve", &approve(2)), 409, "the same person");
    assert_eq!(post(&hai, "/check/lot/approve", &approve(2)), 303);
    assert_eq!(newest(&server).1, "approved");
    assert_eq!(field(&server, "so"), (Some("Lò 1".into()), FieldState::Approved));
    assert_eq!(stage(&server, "nksHoTen"), "");
    assert_eq!(server.catalog.audit_break().expect("an answer"), None);
}

#[test]
fn a_lot_with_too_many_errors_goes_back_as_a_whole_and_its_result_is_kept() {
    let server = manned();
    verified(&server);
    let giang = Checker::new(&server, "giang");
    let post = |path: &str, form: &str| {
        server.post(path, &giang.cookie, &format!("key={}&{form}", giang.key)).status
    };
    assert_eq!(post("/check/lots/make", "path=a%2F&size=2&accepted=0"), 303);
    let (lot, ..) = newest(&server);
    for (field, answer) in [("nksHoTen", "Lò+1"), ("so", "28/2015")] {
        let form = format!("lot={lot}&record=r2&field={field}&answer={answer}");
        assert_eq!(post("/check/lot/judge", &form), 303);
    }
    assert_eq!(newest(&server), (lot, "failed".into(), 1, 1));
    assert_eq!(
        stage(&server, "nksHoTen"),
        "keyed",
        "the right one is looked at again too"
    );
    assert_eq!(
        (stage(&server, "so").as_str(), field(&server, "so").0.as_deref()),
        ("keyed", Some("28/2015"))
    );
    assert_eq!(
        giang.undoes("approve").status,
        409,
        "a verdict is no step to be taken back"
    );
    // The one verifier of an office looks at all of it again.
    let cuc = Checker::new(&server, "cuc");
    assert_eq!(cuc.says("verify", "nksHoTen", "answer=Lò+1").status, 303);
    assert_eq!(cuc.says("verify", "so", "answer=28/2015").status, 303);
    assert_eq!(field(&server, "so").1, FieldState::Verified);
}

#[test]
fn fields_of_a_lot_that_fails_are_verified_no_more_wherever_they_are_shown() {
    let server = manned();
    verified(&server);
    let pending = server.catalog.pending(99).expect("pending");
    server.catalog.indexed_up_to(pending.last().expect("some").seq).expect("indexed");
    let giang = Checker::new(&server, "giang");
    let post = |path: &str, form: &str| {
        server.post(path, &giang.cookie, &format!("key={}&{form}", giang.key)).status
    };
    assert_eq!(post("/check/lots/make", "path=&size=1&accepted=9"), 303);
    let lot = server.catalog.lots().expect("lots").remove(0);
    assert_eq!((lot.size, lot.accepted), (2, 0), "no laxer than the plan");
    for (field, answer) in [("nksHoTen", "Lò+1"), ("so", "28/2015")] {
        let form = format!("lot={}&record=r2&field={field}&answer={answer}", lot.id);
        assert_eq!(post("/check/lot/judge", &form), 303);
    }
    for name in ["nksHoTen", "so"] {
        assert_eq!(field(&server, name).1, FieldState::Keyed, "{name}");
    }
    let pending = server.catalog.pending(99).expect("pending");
    let now =
        pending.last().and_then(|one| one.now.clone()).expect("noted for the index");
    assert_eq!(now.record.fields["nksHoTen"].state, FieldState::Keyed);
}

#[test]
fn a_field_of_a_sample_that_was_approved_meanwhile_can_still_be_wrong() {
    let server = manned();
    verified(&server);
    let [giang, hai] = ["giang", "hai"].map(|name| Checker::new(&server, name));
    let post = |path: &str, form: &str| {
        server.post(path, &giang.cookie, &format!("key={}&{form}", giang.key)).status
    };
    assert_eq!(post("/check/lots/make", "path=&size=2&accepted=0"), 303);
    let (lot, ..) = newest(&server);
    assert_eq!(hai.says("approve", "so", "answer=Lò+1").status, 303);
    assert_eq!(stage(&server, "so"), "");
    let form = format!("lot={lot}&record=r2&field=so&answer=28/2015");
    assert_eq!(post("/check/lot/judge", &form), 303);
    let wrong = (Some("28/2015".to_owned()), FieldState::Keyed);
    assert_eq!((field(&server, "so"), stage(&server, "so").as_str()), (wrong, "keyed"));
}
