"""Trainings and measurements of many networks, planned in tables."""
