i.id AS issue_id_now, i.title, i.status, i.resolution, i.severity, i.priority, i.due_on, i.assignee_id,
assignee.name AS assignee_name
