"""Loading Keras: what the garbage collector is spared, and when."""

import gc

import pytest

from qkeras_models.quiet import import_keras_quietly, kept_for_good


def test_what_is_made_meanwhile_is_left_alone_for_good():
    before = gc.get_freeze_count()
    with kept_for_good():
        assert not gc.isenabled()
    assert gc.isenabled() and gc.get_freeze_count() > before


def test_a_collector_that_was_off_stays_off_even_after_an_error():
    gc.disable()
    try:
        with pytest.raises(ImportError), kept_for_good():
            raise ImportError
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_keras_that_is_loaded_already_freezes_nothing_more():
    import keras  # noqa: F401

    before = gc.get_freeze_count()
    import_keras_quietly()
    assert gc.get_freeze_count() <= before
