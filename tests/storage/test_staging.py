"""Staging: lines gathered on disk, out again in the order of client_ids."""

from tests.storage.things import a_client, a_secret
from watchword.storage.staging import Staging


def test_clients_come_out_in_order_with_all_their_secrets() -> None:
    with Staging() as staging:
        staging.add(1, "zebra", a_client("zebra"), a_secret(1, "c-acme-zebra"))
        staging.add(2, "ant", a_client("ant"), a_secret(2, "c-acme-ant"))
        staging.add(3, "zebra", None, a_secret(3, "c-acme-zebra"))
        staged = list(staging.clients())

    assert [each.client and each.client.client_id for each in staged] == ["ant", "zebra"]
    assert [each.number for each in staged] == [2, 1]
    assert staged[1].secrets == (a_secret(1, "c-acme-zebra"), a_secret(3, "c-acme-zebra"))


def test_a_client_that_is_in_the_store_already_comes_out_as_none() -> None:
    with Staging() as staging:
        staging.add(1, "robot", None, a_secret())
        staged = list(staging.clients())

    assert [(each.client, len(each.secrets)) for each in staged] == [(None, 1)]


def test_the_first_line_of_a_client_and_look_alikes_are_found() -> None:
    with Staging() as staging:
        staging.add(5, "Robot", a_client("Robot"), a_secret())

        assert staging.first_line("Robot") == (5, a_client("Robot"))
        assert staging.first_line("robot") is None
        assert staging.look_alike("robot") == "Robot"
        assert staging.look_alike("Robot") is None
        assert staging.count("Robot") == 1


def test_the_first_line_with_a_verifier_is_remembered() -> None:
    with Staging() as staging:
        assert staging.first_with(b"one", 1) == 1
        assert staging.first_with(b"two", 2) == 2
        assert staging.first_with(b"one", 3) == 1
