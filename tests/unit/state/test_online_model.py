"""The calibration: learned by River, stored as two numbers."""

from state.online_model import Calibration, CalibrationConfig, CalibrationState

CONFIG = CalibrationConfig(learning_rate=0.05)


def test_scores_are_taken_as_they_are_before_anything_is_learned() -> None:
    """Slope 1 and intercept 0 change nothing; certainty stays short of 0 and 1."""
    calibration = Calibration(CONFIG, CalibrationState())
    assert [round(calibration.prob(score), 6) for score in (0.1, 0.5, 0.9)] == [0.1, 0.5, 0.9]
    assert 0.0 < calibration.prob(0.0) < 1e-4 < 1 - 1e-4 < calibration.prob(1.0) < 1.0


def test_a_score_comes_to_mean_how_often_it_is_right() -> None:
    """Scores of 0.9 that are right in one case of two end near 0.5."""
    calibration = Calibration(CONFIG, CalibrationState())
    for i in range(2000):
        calibration.learn(0.9, right=i % 2 == 0)
    assert abs(calibration.prob(0.9) - 0.5) < 0.05


def test_two_numbers_are_the_whole_state() -> None:
    """A restored one goes on to the same bits."""
    first = Calibration(CONFIG, CalibrationState())
    for i in range(50):
        first.learn(0.1 + 0.015 * i, right=i % 3 == 0)
    second = Calibration(CONFIG, first.state())
    assert second.state() == first.state()
    for calibration in (first, second):
        calibration.learn(0.3, right=True)
    assert second.state() == first.state()
    assert second.prob(0.7) == first.prob(0.7)
