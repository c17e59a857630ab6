from datetime import datetime
from pathlib import Path

import cedarpy
import pytest

from finslm.config import shipped
from finslm.documents import Document, Sensitivity
from finslm.errors import IntegrityError
from finslm.policy import Rules, collection_resource, document_resource, vault_resource
from finslm.vault import Member

FOLDER = shipped("policies")


def document(sensitivity: Sensitivity = "internal", collection: str = "default") -> Document:
    day = datetime(2025, 1, 1)
    return Document("a1", "a.pdf", "A", "00", "text/plain", collection, sensitivity, 1, 1, "a.pdf", day)


def member(clearance: Sensitivity = "confidential", roles: tuple[str, ...] = ("analyst",)) -> Member:
    return Member("carol", roles, clearance, ("default",))


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(FOLDER)


def test_the_policies_agree_with_their_schema() -> None:
    text = "\n".join(file.read_text() for file in FOLDER.glob("*.cedar"))
    result = cedarpy.validate_policies(text, (FOLDER / "schema.cedarschema").read_text())
    assert result.validation_passed, result


@pytest.mark.parametrize("action", ["read", "search", "ask"])
def test_clearance_and_collection_both_must_fit(rules: Rules, action: str) -> None:
    assert rules.decide(member(), action, document_resource(document())).allowed
    assert not rules.decide(member(), action, document_resource(document("mnpi"))).allowed
    assert not rules.decide(member(), action, document_resource(document(collection="deals"))).allowed


def test_a_decision_names_its_rule(rules: Rules) -> None:
    decision = rules.decide(member(), "read", document_resource(document()))
    assert decision.policies == ("read-own-collections-up-to-clearance",)


def test_nobody_stores_above_their_clearance(rules: Rules) -> None:
    assert rules.decide(member(), "ingest", collection_resource("default"), {"level": 2}).allowed
    assert not rules.decide(member(), "ingest", collection_resource("default"), {"level": 3}).allowed


@pytest.mark.parametrize("action", ["audit_show", "vault_verify"])
def test_only_an_officer_reads_the_audit_log_and_verifies_the_vault(rules: Rules, action: str) -> None:
    assert not rules.decide(member(roles=("analyst", "operations")), action, vault_resource("v")).allowed
    assert rules.decide(member(roles=("officer",)), action, vault_resource("v")).allowed


@pytest.mark.parametrize(("action", "role"), [("shred", "officer"), ("export", "analyst"), ("export", "operations")])
def test_shredding_and_exporting_need_role_clearance_and_collection(rules: Rules, action: str, role: str) -> None:
    assert rules.decide(member(roles=(role,)), action, document_resource(document())).allowed
    assert not rules.decide(member(roles=()), action, document_resource(document())).allowed
    assert not rules.decide(member(roles=(role,)), action, document_resource(document("mnpi"))).allowed
    assert not rules.decide(member(roles=(role,)), action, document_resource(document(collection="deals"))).allowed


def test_an_unknown_action_is_denied(rules: Rules) -> None:
    assert not rules.decide(member(), "dance", document_resource(document())).allowed


def test_without_rules_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="nothing is permitted"):
        Rules(tmp_path)
    (tmp_path / "a.cedar").write_text("permit (principal")
    with pytest.raises(IntegrityError):
        Rules(tmp_path)
