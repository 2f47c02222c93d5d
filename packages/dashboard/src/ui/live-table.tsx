import type { UseQueryResult } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { Card } from './card.tsx'
import { useIsDense } from './density.tsx'
import { ErrorState } from './error-state.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { ListError, NothingMatches } from './list-states.tsx'
import { type ListAnswer, type ListQuery, LiveList } from './live-list.tsx'
import { Pagination, type PaginationState } from './pagination.tsx'
import { SkeletonRows } from './skeleton.tsx'
import { type Column, type RowChoice, Table } from './table.tsx'
import { useListKeys } from './use-list-keys.ts'

interface LiveTableProps<Item extends { id: string; createdAt: string }> {
  label: string
  list: UseQueryResult<ListAnswer<Item>>
  /** The same list as far as this time: rows that are held may have left the newest page. */
  listBefore(to: string): ListQuery<Item>
  columns: readonly [Column<Item>, ...Column<Item>[]]
  pagination: PaginationState
  onClear(): void
  isPaused: boolean
  onResume(): void
  choice?: RowChoice<Item>
}

/** Everything that a live list may be: being read, failed, empty, or rows that follow what is new. */
export function LiveTable<Item extends { id: string; createdAt: string }>({
  label,
  list,
  listBefore,
  columns,
  pagination,
  onClear,
  isPaused,
  onResume,
  choice,
}: LiveTableProps<Item>) {
  const isDense = useIsDense()
  const [hasKeysShown, setHasKeysShown] = useState(false)
  useListKeys(useCallback(() => setHasKeysShown(true), []))
  if (list.error && !list.data) {
    return (
      <Card flush>
        <ListError error={list.error} onRetry={list.refetch} onClear={onClear} />
      </Card>
    )
  }
  if (!list.data) {
    return (
      <Card flush>
        <SkeletonRows rows={8} />
      </Card>
    )
  }
  const { data, nextCursor } = list.data
  return (
    <>
      <KeysDialog open={hasKeysShown} onOpenChange={setHasKeysShown} />
      {list.error && (
        <div className="mb-4">
          <ErrorState error={list.error} onRetry={list.refetch} />
        </div>
      )}
      <LiveList
        latest={data}
        listBefore={listBefore}
        isFirstPage={pagination.isFirst}
        isPaused={isPaused}
        onResume={onResume}
      >
        {(rows) =>
          rows.length === 0 ? (
            <NothingMatches onClear={onClear} />
          ) : (
            <>
              <Table
                label={label}
                rows={rows}
                rowKey={({ id }) => id}
                columns={columns}
                dense={isDense}
                {...(choice && { choice })}
              />
              <Pagination pagination={pagination} nextCursor={nextCursor} />
            </>
          )
        }
      </LiveList>
    </>
  )
}
