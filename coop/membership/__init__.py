"""Participants and members, representatives, classes, applications and admission."""
