export function must(command: string, args: string[], env?: Record<string, string>): void
export function setup(): void

/** The program rclone, after testTools. */
export const RCLONE: string
