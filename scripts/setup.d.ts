export function must(command: string, args: string[], env?: Record<string, string>): void
export function setup(): void
