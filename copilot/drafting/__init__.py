"""Drafts for operators: facts are collected, a text is planned and composed over them, and a gate checks it."""
