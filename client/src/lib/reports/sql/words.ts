/** What one writes in a SELECT of a report, offered while typing. The server decides what is allowed. */
export const SQL_WORDS = [
	...[
		'SELECT',
		'DISTINCT',
		'FROM',
		'JOIN',
		'LEFT JOIN',
		'ON',
		'USING',
		'WHERE',
		'AND',
		'OR',
		'NOT'
	],
	...['IN', 'BETWEEN', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL', 'GROUP BY', 'HAVING', 'ORDER BY'],
	...['ASC', 'DESC', 'LIMIT', 'UNION ALL', 'WITH', 'AS', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END'],
	...['OVER', 'PARTITION BY', 'FILTER', 'INTERVAL', 'CURRENT_DATE']
] as const;
