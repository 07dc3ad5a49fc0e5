"""The ways out, one module each; they all pass the same contract tests."""
