"""What was checked → the formats of continuous integration: SARIF, GitHub, GitLab, JUnit, Markdown."""
