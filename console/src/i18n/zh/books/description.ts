import type { description as english } from '../../en/books/description'

export const description: typeof english = {
  title: '描述',
  none: '此镜像库还没有描述。',
  write: '编写描述',
  edit: '编辑',
  editLabel: '编辑描述',
  failedTitle: '无法加载描述',
  edited: '编辑于',
  by: (name) => ` · 编辑者：${name}`,
  more: '显示全部',
  less: '收起',

  view: '视图',
  writing: '编写',
  preview: '预览',
  label: 'Markdown 格式的描述',
  help: '使用 Markdown。HTML 会被忽略，图片以链接形式显示。',
  left: (bytes) => `还可输入 ${bytes} 字节`,
  over: (bytes) => `超出 ${bytes} 字节。请精简内容，或将部分内容放到别处并添加链接。`,
  nothing: '尚未编写内容。',
  unchanged: '尚无更改。',
  takesAway: '以空内容保存将移除描述。',
  saved: '描述已保存。',
  removed: '描述已移除。',

  conflict: '其他人已在此期间修改了描述',
  conflictHelp: '您的文本已保留。请先选择，再保存。',
  settleFirst: '请先选择如何处理他人的更改。',
  removedLines: '对方删除了',
  addedLines: '对方添加了',
  moreLines: (count) => `以及另外 ${count} 行`,
  keepMine: '保留我的文本',
  takeTheirs: '采用对方的文本',

  leaveTitle: '不保存就离开？',
  leave: '您为此镜像库编写的内容将会丢失。',
  discard: '放弃我的文本',

  markdown: {
    plain: '按原文显示：其中的标记或层级过多，无法排版。',
    image: '图片',
    table: '表格',
    footnotes: '脚注',
    done: '已完成',
    open: '未完成',
  },
}
